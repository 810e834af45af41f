/// The untrusted bytes of a sketch.
struct SketchBytes {
    let bytes: [UInt8]
    let format: DistinctSketchFormat

    var count: Int { bytes.count }

    subscript(_ offset: Int) -> UInt8 { bytes[offset] }

    /// Reads four bytes as a little-endian number.
    func number(at offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
    }

    /// Reads registers of six bits, lowest bits first. The caller has checked that there are enough bytes.
    func sixBitRegisters(at start: Int) -> [UInt8] {
        var registers: [UInt8] = []
        registers.reserveCapacity(1 << DistinctSketch.precision)
        var (window, bits) = (UInt32(0), UInt32(0))
        for offset in start..<start + (1 << DistinctSketch.precision) * 6 / 8 {
            window |= UInt32(bytes[offset]) << bits
            bits += 8
            while bits >= 6 {
                registers.append(UInt8(truncatingIfNeeded: window & 63))
                window >>= 6
                bits -= 6
            }
        }
        return registers
    }

    func error(_ code: DistinctSketchError.Code, _ problem: String) -> DistinctSketchError {
        let advice =
            switch code {
            case .truncated: ": pass the whole value"
            case .trailingBytes: ": pass the value alone"
            case .foreign: ": pass the format that they were written in"
            case .invalidRegister: ": they are damaged, so discard them"
            default: ""
            }
        return DistinctSketchError(code, "\(format) bytes \(problem)\(advice)")
    }

    func requireAtLeast(_ expected: Int) throws(DistinctSketchError) {
        if count < expected { throw error(.truncated, "end after \(count), but there must be at least \(expected)") }
    }

    func requireExactly(_ expected: Int) throws(DistinctSketchError) {
        if count < expected { throw error(.truncated, "end after \(count) of \(expected)") }
        if count > expected { throw error(.trailingBytes, "continue after \(expected), up to \(count)") }
    }

    /// Returns the registers. Throws if one exceeds the maximum rank.
    func validated(_ registers: [UInt8]) throws(DistinctSketchError) -> HyperLogLog {
        let highest = HyperLogLog.maxRank(precision: DistinctSketch.precision)
        for index in registers.indices where registers[index] > highest {
            throw error(.invalidRegister, "hold \(registers[index]) in register \(index), above the maximum \(highest)")
        }
        return HyperLogLog(precision: DistinctSketch.precision, registers: registers)
    }

    func requirePrecision(_ precision: Int) throws(DistinctSketchError) {
        if precision != DistinctSketch.precision {
            let parameter = format == .postgresql ? "a column hll(14,5)" : "lg_k 14"
            throw error(
                .mismatchedParameters,
                "have 2^\(precision) registers, not 2^\(DistinctSketch.precision): use \(parameter)"
            )
        }
    }
}
