/// The HyperLogLog format of postgresql-hll: a byte of version and type, two bytes of parameters, then all 5-bit
/// registers, or only the non-zero ones with their indices if that is smaller.
///
/// Registers have five bits, not the six that would hold every rank: version 2.17 of the extension returns NaN for six.
/// https://github.com/aggregateknowledge/hll-storage-spec/blob/master/STORAGE.md
enum PostgreSQLSketch {
    private static let width = 5
    private static let headerSize = 3
    private static let registerCount = 1 << DistinctSketch.precision
    private static let fullSize = headerSize + registerCount / 8 * width
    private static let highest = UInt8(1) << UInt8(width) - 1

    private static let emptyType: UInt8 = 1
    private static let explicitType: UInt8 = 2
    private static let sparseType: UInt8 = 3
    private static let fullType: UInt8 = 4

    static func bytes(of sketch: HyperLogLog) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(fullSize)
        // Version 1; width and precision; sparse values enabled, and the extension's own threshold for explicit ones. A
        // union requires these parameters of the column hll(14,5).
        bytes += [1 << 4 | fullType, UInt8(width - 1) << 5 | UInt8(DistinctSketch.precision), 0x7F]
        // Highest bits first.
        var (window, bits) = (UInt32(0), UInt32(0))
        for rank in sketch.registers {
            window = window << UInt32(width) | UInt32(min(rank, highest))
            bits += UInt32(width)
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: window >> bits))
            }
        }
        return bytes
    }

    static func registers(in bytes: [UInt8]) throws(DistinctSketchError) -> HyperLogLog {
        let input = SketchBytes(bytes: bytes, format: .postgresql)
        try input.requireAtLeast(headerSize)
        let (version, type) = (input[0] >> 4, input[0] & 0xF)
        guard version == 1, type <= fullType else {
            let expected = "version 1 and a type up to \(fullType)"
            throw input.error(.foreign, "begin with version \(version) and type \(type), not \(expected)")
        }
        try input.requirePrecision(Int(input[1] & 0x1F))
        guard input[1] >> 5 == width - 1 else {
            throw input.error(
                .mismatchedParameters,
                "have registers of \(input[1] >> 5 + 1) bits, not \(width): use a column hll(14,\(width))"
            )
        }
        // The third byte controls when the extension changes the type, which does not matter to a reader.
        switch type {
        case emptyType:
            try input.requireExactly(headerSize)
            return HyperLogLog(precision: DistinctSketch.precision)
        case sparseType:
            return try input.validated(sparse(input))
        case fullType:
            return try input.validated(full(input))
        case explicitType:
            throw input.error(.unsupportedEncoding, "are of the type EXPLICIT: have Tally write the sketch instead")
        default:
            throw input.error(.unsupportedEncoding, "are of the type UNDEFINED, which has no users: skip them")
        }
    }

    private static func full(_ input: SketchBytes) throws(DistinctSketchError) -> [UInt8] {
        try input.requireExactly(fullSize)
        var registers: [UInt8] = []
        registers.reserveCapacity(registerCount)
        var (window, bits) = (UInt32(0), UInt32(0))
        for offset in headerSize..<fullSize {
            window = window << 8 | UInt32(input[offset])
            bits += 8
            while bits >= UInt32(width) {
                bits -= UInt32(width)
                registers.append(UInt8(truncatingIfNeeded: window >> bits) & highest)
            }
        }
        return registers
    }

    /// Reads pairs of index and value, in ascending order of the index, highest bits first.
    private static func sparse(_ input: SketchBytes) throws(DistinctSketchError) -> [UInt8] {
        let pairSize = DistinctSketch.precision + width
        let bits = (input.count - headerSize) * 8
        // The padding of the last byte is shorter than a pair.
        guard bits % pairSize < 8 else { throw input.error(.truncated, "end within a register") }
        var registers = [UInt8](repeating: 0, count: registerCount)
        var previous = -1
        for start in stride(from: 0, through: bits - pairSize, by: pairSize) {
            let first = headerSize + start / 8
            // Four bytes contain a pair, at whichever bit it starts.
            let window = (0..<4).reduce(UInt32(0)) {
                $0 << 8 | (first + $1 < input.count ? UInt32(input[first + $1]) : 0)
            }
            let pair = (window << UInt32(start % 8)) >> UInt32(32 - pairSize)
            let (index, value) = (Int(pair >> UInt32(width)), UInt8(truncatingIfNeeded: pair) & highest)
            guard index > previous, value > 0 else {
                throw input.error(.invalidRegister, "list register \(index) out of order, twice or without a value")
            }
            registers[index] = value
            previous = index
        }
        return registers
    }
}
