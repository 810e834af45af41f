/// The header of a deflate block: the code lengths of the block's two prefix codes, compressed with a third code.
///
/// https://www.rfc-editor.org/rfc/rfc1951#section-3.2.7
struct BlockHeader {
    /// A code length, or a repetition of one.
    private struct Step {
        let symbol: Int
        var extra = 0
        var extraCount: UInt64 = 0
    }

    private let lengthCount: Int
    private let distanceCount: Int
    private let steps: [Step]
    private let code: PrefixCode

    /// The order in which the code lengths of the third code are written.
    private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

    init(_ lengths: PrefixCode, _ distances: PrefixCode) {
        // The literal 256, which ends a block, always has a code.
        lengthCount = lengths.used.count
        distanceCount = distances.used.count
        steps = Self.steps((lengths.used + distances.used).map { Int($0 >> 16) })
        var frequencies = [UInt32](repeating: 0, count: Self.order.count)
        for step in steps { frequencies[step.symbol] += 1 }
        code = unsafe frequencies.withUnsafeBufferPointer { unsafe PrefixCode($0, maxLength: 7) }
    }

    var maxBits: Int { 17 + 3 * Self.order.count + steps.count * (7 + 7) }

    private static func steps(_ lengths: [Int]) -> [Step] {
        var steps: [Step] = []
        var position = 0
        while position < lengths.count {
            let length = lengths[position]
            let run = lengths[position...].prefix { $0 == length }.count
            if length == 0, run >= 11 {
                let count = min(run, 138)
                steps.append(Step(symbol: 18, extra: count - 11, extraCount: 7))
                position += count
            } else if length == 0, run >= 3 {
                steps.append(Step(symbol: 17, extra: run - 3, extraCount: 3))
                position += run
            } else if run >= 4 {
                let count = min(run - 1, 6)
                steps += [Step(symbol: length), Step(symbol: 16, extra: count - 3, extraCount: 2)]
                position += count + 1
            } else {
                steps.append(Step(symbol: length))
                position += 1
            }
        }
        return steps
    }

    /// Writes the header of a block that is not the last, and returns its end. Eight bytes beyond must be writable.
    func write(at start: UnsafeMutableRawPointer, _ bits: inout BitWriter) -> UnsafeMutableRawPointer {
        let lengths = Self.order.map { UInt64(code.words[$0] >> 16) }
        let count = max(4, (lengths.lastIndex { $0 > 0 } ?? 0) + 1)
        bits.append(0b100, 3)
        bits.append(UInt64(lengthCount - 257), 5)
        bits.append(UInt64(distanceCount - 1), 5)
        bits.append(UInt64(count - 4), 4)
        var place = unsafe bits.flush(to: start)
        for length in lengths[..<count] {
            bits.append(length, 3)
            unsafe place = bits.flush(to: place)
        }
        for step in steps {
            let word = UInt64(code.words[step.symbol])
            bits.append(word & 0xFFFF, word >> 16)
            bits.append(UInt64(step.extra), step.extraCount)
            unsafe place = bits.flush(to: place)
        }
        return unsafe place
    }
}
