internal import Synchronization

/// The constant parts of the messages of a family whose series are plain numbers, and the memory of a page of them.
/// Addresses, because properties of classes would be loaded again after each store. Valid while both live.
@safe
struct MetricLine {
    private let constantLabels: LabelFragments.Piece
    /// The beginning of each own label, by its ends, and the ends of the names in the text.
    private let heads: UnsafePointer<UInt8>
    private let headEnds: UnsafePointer<Int>
    private let nameEnds: UnsafePointer<Int>
    private let labelCount: Int
    private let valueHead: UInt32
    /// The length of a metric's message, less that of the series' text.
    private let fixed: Int
    private let startHead: UInt32

    private let text: UnsafePointer<UInt8>
    private let ends: UnsafePointer<UInt32>
    private let valueEnds: UnsafePointer<UInt32>
    /// The length of the text after the last label's value.
    private let tail: Int
    /// Nil if the messages have no start times.
    private let created: UnsafePointer<Atomic<UInt64>>?

    init(_ pieces: ProtobufPieces, of page: SeriesPage, fixed: Int) {
        let names = page.definition.fragments
        constantLabels = pieces.constantLabels[0]
        unsafe heads = pieces.labelHeads.bytes.pointer
        unsafe headEnds = pieces.labelHeads.ends.pointer
        unsafe nameEnds = names.ends.pointer
        labelCount = names.count
        valueHead = pieces.valueHead
        self.fixed = fixed
        startHead = pieces.startHead
        unsafe text = UnsafePointer(page.text)
        unsafe ends = UnsafePointer(page.ends)
        unsafe valueEnds = UnsafePointer(page.valueEnds)
        tail = page.endCount + 1
        unsafe created = pieces.hasStartTimes ? page.created.map { unsafe UnsafePointer($0) } : nil
    }

    /// Writes the message of one number, and returns its end. There must be room for it and for `OutputBuffer.slack`.
    @inline(__always)
    func write(
        _ bits: UInt64,
        _ slot: Int,
        textFrom first: Int,
        at start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var place = unsafe start
        let textLength = unsafe Int(ends[slot]) &- first
        let length = textLength &+ fixed
        unsafe place[0] = 4 << 3 | 2
        if length < 128 {
            unsafe place[1] = UInt8(truncatingIfNeeded: length)
            unsafe place += 2
        } else {
            unsafe place[1] = UInt8(truncatingIfNeeded: length) | 0x80
            unsafe place[2] = UInt8(truncatingIfNeeded: length &>> 7)
            unsafe place += 3
        }
        if constantLabels.length > 0 {
            unsafe OutputBuffer.copyWide(constantLabels.start, constantLabels.length, to: place)
            unsafe place += constantLabels.length
        }
        unsafe place = writeLabels(slot, text + first, textLength, at: place)
        unsafe UnsafeMutableRawPointer(place).storeBytes(of: valueHead.littleEndian, as: UInt32.self)
        unsafe UnsafeMutableRawPointer(place + 3).storeBytes(of: bits.littleEndian, as: UInt64.self)
        unsafe place += 11
        guard let created = unsafe created else { return unsafe place }
        let seconds = unsafe Double(bitPattern: created[slot].load(ordering: .relaxed))
        return unsafe writeStart(seconds, at: place)
    }

    /// The position in the page's text at which that of a slot begins.
    @inline(__always)
    func textStart(_ slot: Int) -> Int { unsafe slot == 0 ? 0 : Int(ends[slot &- 1]) }

    @inline(__always)
    func textEnd(_ slot: Int) -> Int { unsafe Int(ends[slot]) }

    @inline(__always)
    private func writeLabels(
        _ slot: Int,
        _ text: UnsafePointer<UInt8>,
        _ textLength: Int,
        at start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var place = unsafe start
        let last = labelCount &- 1
        var (position, headStart, nameStart) = (0, 0, 0)
        for label in 0..<labelCount {
            let headEnd = unsafe headEnds[label]
            let headLength = headEnd &- headStart
            // At most 25 bytes: see ``ProtobufPieces/isShort``.
            let head = unsafe UnsafeRawPointer(heads + headStart).loadUnaligned(as: SIMD32<UInt8>.self)
            unsafe UnsafeMutableRawPointer(place).storeBytes(of: head, as: SIMD32<UInt8>.self)
            headStart = headEnd
            let nameEnd = unsafe nameEnds[label]
            let start = position &+ nameEnd &- nameStart
            nameStart = nameEnd
            position = unsafe label == last ? textLength &- tail : Int(valueEnds[slot &* last &+ label])
            let size = position &- start
            unsafe place[1] = UInt8(truncatingIfNeeded: headLength &- 2 &+ size)
            unsafe place += headLength
            unsafe place[-1] = UInt8(truncatingIfNeeded: size)
            unsafe OutputBuffer.copyWide(text + start, size, to: place)
            unsafe place += size
        }
        return unsafe place
    }

    /// Writes a start time. Its length must not depend on the time, so its numbers have five bytes each.
    @inline(__always)
    private func writeStart(
        _ secondsSinceEpoch: Double,
        at place: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let time = UnixTime(secondsSinceEpoch)
        let memory = UnsafeMutableRawPointer(place)
        unsafe memory.storeBytes(of: startHead.littleEndian, as: UInt32.self)
        unsafe memory.storeBytes(of: Self.fiveBytes(time?.seconds ?? 0).littleEndian, toByteOffset: 3, as: UInt64.self)
        unsafe place[8] = 2 << 3
        unsafe memory.storeBytes(of: Self.fiveBytes(time?.nanos ?? 0).littleEndian, toByteOffset: 9, as: UInt64.self)
        return unsafe place + ProtobufPieces.startLength
    }

    /// A number of at most 35 bits as a varint of exactly five bytes: the first four have the continuation bit.
    @inline(__always)
    private static func fiveBytes(_ value: UInt64) -> UInt64 {
        value & 0x7F | (value & 0x3F80) &<< 1 | (value & 0x1F_C000) &<< 2 | (value & 0xFE0_0000) &<< 3
            | (value & 0x7_F000_0000) &<< 4 | 0x8080_8080
    }
}

// The inner loops of a large scrape, like those of the text. Their callers have checked for room.

extension OutputBuffer {
    /// Appends the messages of integer totals.
    ///
    /// - Parameters:
    ///   - group: The first slot of a group of 64.
    ///   - exposed: The bits of the slots to write, at least one.
    @inline(never)
    mutating func append(_ line: MetricLine, totalsOf page: SeriesPage, _ group: Int, _ exposed: UInt64) {
        var place = unsafe base + count
        unsafe Self.forEachRun(of: page, group, exposed) { words, first, length in
            unsafe place = Self.write(line, words, group &+ first, length, at: place)
        }
        count = unsafe place - base
        assert(count <= capacity)
    }

    /// Writes adjacent slots of one block. Out of line, so that the compiler has all registers for the loop.
    @inline(never)
    private static func write(
        _ line: MetricLine,
        _ words: UnsafePointer<Atomic<UInt64>>,
        _ slot: Int,
        _ count: Int,
        at place: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var place = unsafe place
        var start = line.textStart(slot)
        for index in 0..<count {
            let total = unsafe Total.clamped(words[index].load(ordering: .relaxed))
            unsafe place = line.write(Double(total).bitPattern, slot &+ index, textFrom: start, at: place)
            start = line.textEnd(slot &+ index)
        }
        return unsafe place
    }

    /// Appends the message of one number.
    mutating func append(_ line: MetricLine, _ bits: UInt64, _ slot: Int) {
        count = unsafe line.write(bits, slot, textFrom: line.textStart(slot), at: base + count) - base
        assert(count <= capacity)
    }
}
