/// The HyperLogLog format of Redis: a 16-byte header, then 6-bit registers, or runs while few registers are set.
///
/// https://github.com/redis/redis/blob/7.0.0/src/hyperloglog.c, the comments before `struct hllhdr`
enum RedisSketch {
    private static let magic = Array("HYLL".utf8)
    private static let headerSize = 16
    private static let registerCount = 1 << DistinctSketch.precision
    private static let denseSize = headerSize + registerCount / 4 * 3

    static func bytes(of sketch: HyperLogLog) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(denseSize)
        bytes += magic
        // Dense, three reserved bytes, and a cached count whose highest bit marks it as invalid.
        bytes += [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80]
        // Six bits each, lowest bits first.
        var (window, bits) = (UInt32(0), UInt32(0))
        for rank in sketch.registers {
            window |= UInt32(rank) << bits
            bits += 6
            if bits >= 8 {
                bytes.append(UInt8(truncatingIfNeeded: window))
                window >>= 8
                bits -= 8
            }
        }
        return bytes
    }

    static func registers(in bytes: [UInt8]) throws(DistinctSketchError) -> HyperLogLog {
        let input = SketchBytes(bytes: bytes, format: .redis)
        try input.requireAtLeast(magic.count)
        guard bytes.starts(with: magic) else { throw input.error(.foreign, "do not begin with HYLL") }
        try input.requireAtLeast(headerSize)
        guard input[4] <= 1 else {
            throw input.error(.unsupportedEncoding, "are in the encoding \(input[4]): Tally reads only 0 and 1")
        }
        guard input[5] | input[6] | input[7] == 0 else {
            throw input.error(.unsupportedEncoding, "use bytes that Redis 7 reserves: GET them from Redis 7 or earlier")
        }
        if input[4] == 1 { return try input.validated(sparse(input)) }
        try input.requireExactly(denseSize)
        return try input.validated(input.sixBitRegisters(at: headerSize))
    }

    /// Reads runs of empty (`00llllll`, `01llllll llllllll`) and equal registers (`1vvvvvll`), with numbers minus one.
    private static func sparse(_ input: SketchBytes) throws(DistinctSketchError) -> [UInt8] {
        var registers = [UInt8](repeating: 0, count: registerCount)
        var next = 0
        var offset = headerSize
        while offset < input.count {
            let code = input[offset]
            offset += 1
            var (value, length) = (UInt8(0), Int(code & 0x3F) + 1)
            if code & 0x80 != 0 {
                (value, length) = (code >> 2 & 0x1F + 1, Int(code & 3) + 1)
            } else if code & 0x40 != 0 {
                guard offset < input.count else { throw input.error(.truncated, "end within a run of registers") }
                length = Int(code & 0x3F) << 8 + Int(input[offset]) + 1
                offset += 1
            }
            guard length <= registerCount - next else {
                throw input.error(.invalidRegister, "contain more than \(registerCount) registers")
            }
            if value > 0 {
                for index in next..<next + length { registers[index] = value }
            }
            next += length
        }
        guard next == registerCount else {
            throw input.error(.truncated, "end after \(next) of \(registerCount) registers")
        }
        return registers
    }
}
