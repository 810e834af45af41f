/// Foreign bytes, read with every step checked.
struct SketchBytes {
    let bytes: [UInt8]
    let format: DistinctSketchFormat

    var count: Int { bytes.count }

    subscript(_ offset: Int) -> UInt8 { bytes[offset] }

    /// Four bytes, the lowest first.
    func number(at offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
    }

    /// Registers of six bits, from the lowest bit up. They must be there.
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
        DistinctSketchError(code, "\(format) bytes \(problem)")
    }

    func requireAtLeast(_ expected: Int) throws(DistinctSketchError) {
        if count < expected { throw error(.truncated, "end after \(count), where at least \(expected) are needed") }
    }

    func requireExactly(_ expected: Int) throws(DistinctSketchError) {
        if count < expected { throw error(.truncated, "end after \(count) of \(expected)") }
        if count > expected { throw error(.trailingBytes, "go on after \(expected), to \(count)") }
    }

    /// The registers, if none is higher than it can be.
    func validated(_ registers: [UInt8]) throws(DistinctSketchError) -> HyperLogLog {
        let highest = HyperLogLog.maxRank(precision: DistinctSketch.precision)
        for index in registers.indices where registers[index] > highest {
            throw error(.invalidRegister, "hold \(registers[index]) in register \(index), where \(highest) is the most")
        }
        return HyperLogLog(precision: DistinctSketch.precision, registers: registers)
    }

    func requirePrecision(_ precision: Int) throws(DistinctSketchError) {
        if precision != DistinctSketch.precision {
            throw error(
                .mismatchedParameters,
                "have 2^\(precision) registers, where 2^\(DistinctSketch.precision) are needed"
            )
        }
    }
}
