/// The HyperLogLog format of Apache DataSketches on little-endian machines.
///
/// https://github.com/apache/datasketches-cpp/blob/5.2.0/hll/include/HllUtil.hpp
enum DataSketchesSketch {
    static let headerSize = 40
    static let registerCount = 1 << DistinctSketch.precision

    /// The form of the registers, in the lowest two bits of the eighth byte.
    enum Mode: UInt8 {
        case list = 0
        case set = 1
        case registers = 2

        /// The size of the preamble in words of four bytes, stored in its first byte.
        var preamble: UInt8 {
            switch self {
            case .list: 2
            case .set: 3
            case .registers: 10
            }
        }
    }

    /// The width of a register in bits, from the two bits above the mode.
    enum Width: UInt8 {
        case four = 0
        case six = 1
        case eight = 2
    }

    static let version: UInt8 = 1
    static let family: UInt8 = 7
    static let compactFlag: UInt8 = 8
    static let outOfOrderFlag: UInt8 = 16

    static func bytes(of sketch: HyperLogLog) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headerSize + registerCount)
        let mode = Mode.registers
        bytes += [mode.preamble, version, family, UInt8(DistinctSketch.precision), 0, outOfOrderFlag, 0]
        bytes.append(Width.eight.rawValue << 2 | mode.rawValue)
        let counts = sketch.rankCounts
        // The estimate that depends on the unknown order of updates, as 0; the sum of 2^-rank in two exact parts; the
        // number of empty registers; the number of exceptions, which only 4-bit registers have.
        append((0 as Double).bitPattern, to: &bytes)
        append(sum(counts, of: 0..<32).bitPattern, to: &bytes)
        append(sum(counts, of: 32..<64).bitPattern, to: &bytes)
        append(UInt32(counts[0]), to: &bytes)
        append(UInt32(0), to: &bytes)
        return bytes + sketch.registers
    }

    private static func sum(_ counts: [Int], of ranks: Range<Int>) -> Double {
        ranks.reduce(0) { $0 + Double(counts[$1]) * Double(sign: .plus, exponent: -$1, significand: 1) }
    }

    private static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: number.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }
}
