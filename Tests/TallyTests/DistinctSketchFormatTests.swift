import Testing

@testable import Tally

struct DistinctSketchFormatTests {
    static let formats: [DistinctSketchFormat] = [.redis, .postgresql, .dataSketches]

    /// Sketches of no user, one, few and many users, and of ranks that random users do not reach.
    static let sketches: [DistinctSketch] =
        [0, 1, 40, 3_000, 60_000].map { sketch(of: 0..<$0) } + [
            DistinctSketch(
                unkeyed: HyperLogLog(precision: 14, registers: (0..<16_384).map { UInt8($0 % 52) })
            )
        ]

    /// The same sketch with ranks limited to 31, the highest that postgresql-hll can hold.
    static func clamped(_ sketch: DistinctSketch) -> DistinctSketch {
        DistinctSketch(
            unkeyed: HyperLogLog(precision: 14, registers: sketch.registers.registers.map { min($0, 31) })
        )
    }

    @Test(arguments: formats)
    func writtenSketchesReadBackEqual(_ format: DistinctSketchFormat) throws {
        for sketch in Self.sketches {
            let bytes = sketch.bytes(for: format)
            let read = try DistinctSketch(bytes: bytes, from: format)
            #expect(read == (format == .postgresql ? Self.clamped(sketch) : sketch))
            #expect(read.bytes(for: format) == bytes)
            #expect(try DistinctSketch(bytes: bytes[...], from: format) == read, "from a slice")
            #expect(try DistinctSketch(bytes: AnySequence(bytes), from: format) == read, "from any sequence")
        }
    }

    @Test func bytesFollowTheLayoutOfEachFormat() {
        var registers = [UInt8](repeating: 0, count: 16_384)
        registers.replaceSubrange(0..<4, with: [1, 2, 3, 51])
        registers[16_383] = 33
        let sketch = DistinctSketch(unkeyed: HyperLogLog(precision: 14, registers: registers))

        let redis = sketch.bytes(for: .redis)
        #expect(redis.count == 12_304)
        #expect(redis[..<16] == [0x48, 0x59, 0x4C, 0x4C, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80])
        // 000001, 000010, 000011, 110011 from the lowest bit up.
        #expect(redis[16..<20] == [0b10_000001, 0b0011_0000, 0b110011_00, 0])
        #expect(redis.suffix(2) == [0, 0b100001_00])

        let postgresql = sketch.bytes(for: .postgresql)
        #expect(postgresql.count == 10_243)
        // 00001, 00010, 00011, 11111 from the highest bit down.
        #expect(postgresql[..<8] == [0x14, 0x8E, 0x7F, 0b00001_000, 0b10_00011_1, 0b1111_0000, 0, 0])
        #expect(postgresql.suffix(2) == [0, 0b000_11111])

        let dataSketches = sketch.bytes(for: .dataSketches)
        #expect(dataSketches.count == 16_424)
        #expect(dataSketches[..<16] == [10, 1, 7, 14, 0, 16, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0])
        let low: Double = 16_379 + 0.5 + 0.25 + 0.125
        let high: Double = 0x1p-51 + 0x1p-33
        #expect(Self.number(dataSketches[16..<24]) == low.bitPattern)
        #expect(Self.number(dataSketches[24..<32]) == high.bitPattern)
        #expect(Self.number(dataSketches[32..<36]) == 16_379)
        #expect(Self.number(dataSketches[36..<40]) == 0)
        #expect(Array(dataSketches[40...]) == registers)
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    // MARK: Encodings that only engines write

    @Test func sparseRedisValuesAreRead() throws {
        let header = Array("HYLL".utf8) + [1, 0, 0, 0] + [7, 0, 0, 0, 0, 0, 0, 0]
        let empty = try DistinctSketch(bytes: header + [0b0111_1111, 0xFF], from: .redis)
        #expect(empty.isEmpty)

        // 1,000 empty registers, two of rank 32, one of rank 1, 64 empty ones, and the rest.
        let rest = 16_384 - 1_000 - 2 - 1 - 64 - 1
        let runs: [UInt8] = [
            0b0100_0000 | UInt8(999 >> 8), UInt8(999 & 0xFF), 0b1_11111_01, 0b1_00000_00, 0b0011_1111,
            0b0100_0000 | UInt8(rest >> 8), UInt8(rest & 0xFF),
        ]
        let read = try DistinctSketch(bytes: header + runs, from: .redis).registers.registers
        var expected = [UInt8](repeating: 0, count: 16_384)
        expected[1_000] = 32
        expected[1_001] = 32
        expected[1_002] = 1
        #expect(read == expected)

        #expect(Self.code(header + runs.dropLast(), .redis) == .truncated)
        #expect(Self.code(header + runs.dropLast(2), .redis) == .truncated)
        #expect(Self.code(header + runs + [0], .redis) == .invalidRegister, "one register too many")
        #expect(Self.code(header, .redis) == .truncated)
    }

    @Test func sparseAndEmptyPostgreSQLValuesAreRead() throws {
        #expect(try DistinctSketch(bytes: [0x11, 0x8E, 0x7F], from: .postgresql).isEmpty)
        #expect(try DistinctSketch(bytes: [0x13, 0x8E, 0x7F], from: .postgresql).isEmpty)

        let pairs: [(Int, UInt8)] = [(0, 1), (5, 31), (6, 2), (4_097, 9), (16_383, 17)]
        let read = try DistinctSketch(bytes: Self.sparse(pairs), from: .postgresql).registers.registers
        var expected = [UInt8](repeating: 0, count: 16_384)
        for (index, rank) in pairs { expected[index] = rank }
        #expect(read == expected)
        for count in 1...pairs.count {
            #expect(throws: Never.self) {
                try DistinctSketch(bytes: Self.sparse(Array(pairs.prefix(count))), from: .postgresql)
            }
        }

        #expect(Self.code(Self.sparse([(5, 1), (5, 2)]), .postgresql) == .invalidRegister)
        #expect(Self.code(Self.sparse([(6, 1), (5, 2)]), .postgresql) == .invalidRegister)
        #expect(Self.code(Self.sparse([(6, 0)]), .postgresql) == .invalidRegister)
        #expect(Self.code(Self.sparse([(6, 1)]).dropLast(), .postgresql) == .truncated)
        #expect(Self.code([0x12, 0x8E, 0x7F] + [0, 0, 0, 0, 0, 0, 0, 1], .postgresql) == .unsupportedEncoding)
        #expect(Self.code([0x10, 0x8E, 0x7F], .postgresql) == .unsupportedEncoding)
    }

    /// A sparse value, assembled bit by bit.
    private static func sparse(_ pairs: [(Int, UInt8)]) -> [UInt8] {
        var bits = ""
        for pair in pairs {
            for (number, width) in [(pair.0, 14), (Int(pair.1), 5)] {
                let text = String(number, radix: 2)
                bits += String(repeating: "0", count: width - text.count) + text
            }
        }
        while bits.count % 8 != 0 { bits += "0" }
        var bytes: [UInt8] = [0x13, 0x8E, 0x7F]
        var rest = bits[...]
        while !rest.isEmpty {
            bytes.append(UInt8(rest.prefix(8), radix: 2) ?? 0)
            rest = rest.dropFirst(8)
        }
        return bytes
    }

    @Test func dataSketchesListsAndSetsAreRead() throws {
        #expect(try DistinctSketch(bytes: [2, 1, 7, 14, 3, 0x0C, 0, 8], from: .dataSketches).isEmpty)

        let pairs: [(UInt32, UInt8)] = [(1 << 14 | 7, 3), (16_383, 51), (7, 2)]
        let coupons = pairs.flatMap { Self.word(UInt32($1) << 26 | $0) }
        var expected = [UInt8](repeating: 0, count: 16_384)
        expected[7] = 3
        expected[16_383] = 51
        let free = [UInt8](repeating: 0, count: 4)
        let encodings: [[UInt8]] = [
            [2, 1, 7, 14, 3, 8, 3, 8] + coupons,
            [2, 1, 7, 14, 3, 0, 3, 8] + coupons + Array(repeating: 0, count: 20),
            [3, 1, 7, 14, 5, 8, 0, 9] + Self.word(3) + coupons,
            [3, 1, 7, 14, 5, 0, 0, 1] + Self.word(3) + free + coupons + Array(repeating: 0, count: 28 * 4),
        ]
        for bytes in encodings {
            let read = try DistinctSketch(bytes: bytes, from: .dataSketches)
            #expect(read.registers.registers == expected)
            #expect(Self.code(bytes.dropLast(), .dataSketches) == .truncated)
            #expect(Self.code(bytes + [0], .dataSketches) == .trailingBytes)
        }
        let announced: [UInt8] =
            [3, 1, 7, 14, 5, 0, 0, 1] + Self.word(4) + coupons + Array(repeating: 0, count: 29 * 4)
        #expect(Self.code(announced, .dataSketches) == .invalidRegister, "four announced, three present")
        let huge: [UInt8] = [3, 1, 7, 14, 255, 0, 0, 1] + Self.word(.max)
        #expect(Self.code(huge, .dataSketches) == .invalidRegister)
        #expect(Self.code([2, 1, 7, 14, 3, 8, 1, 8] + Self.word(52 << 26), .dataSketches) == .invalidRegister)
        #expect(Self.code([2, 1, 7, 14, 3, 8, 1, 8] + Self.word(5), .dataSketches) == .invalidRegister)
    }

    @Test func dataSketchesNarrowRegistersAreRead() throws {
        let registers = (0..<16_384).map { UInt8($0 % 52) }
        var six = [UInt8](repeating: 0, count: 12_289)
        for (index, rank) in registers.enumerated() {
            let bits = UInt16(rank) << UInt16(index * 6 % 8)
            six[index * 6 / 8] |= UInt8(truncatingIfNeeded: bits)
            six[index * 6 / 8 + 1] |= UInt8(bits >> 8)
        }
        let sixBits = Self.preamble(flags: 8, lowest: 0, mode: 0b0110, exceptions: 0) + six
        #expect(try DistinctSketch(bytes: sixBits, from: .dataSketches).registers.registers == registers)

        // No rank is below 3; ranks from 18 up are in the exception table.
        let above = registers.map { max($0, 3) }
        var four = [UInt8](repeating: 0, count: 8_192)
        var table: [UInt8] = []
        for (index, rank) in above.enumerated() {
            four[index / 2] |= min(rank - 3, 15) << UInt8(index % 2 * 4)
            if rank >= 18 { table += Self.word(UInt32(rank) << 26 | UInt32(index)) }
        }
        let count = UInt32(table.count / 4)
        let fourBits = Self.preamble(flags: 8, lowest: 3, mode: 0b0010, exceptions: count) + four + table
        #expect(try DistinctSketch(bytes: fourBits, from: .dataSketches).registers.registers == above)
        var updatable = fourBits + [UInt8](repeating: 0, count: 4 << 14 - table.count)
        updatable[4] = 14
        updatable[5] = 0
        #expect(try DistinctSketch(bytes: updatable, from: .dataSketches).registers.registers == above)

        let missing = Self.preamble(flags: 8, lowest: 3, mode: 2, exceptions: count - 1) + four + table.dropLast(4)
        #expect(Self.code(missing, .dataSketches) == .invalidRegister)
        let twice = Self.preamble(flags: 8, lowest: 3, mode: 2, exceptions: count + 1) + four + table + table.suffix(4)
        #expect(Self.code(twice, .dataSketches) == .invalidRegister)
        let unmarked =
            Self.preamble(flags: 8, lowest: 3, mode: 2, exceptions: 1)
            + [UInt8](repeating: 0, count: 8_192) + Self.word(20 << 26 | 9)
        #expect(Self.code(unmarked, .dataSketches) == .invalidRegister)
        let high = Self.preamble(flags: 8, lowest: 255, mode: 2, exceptions: 0) + four
        #expect(Self.code(high, .dataSketches) == .invalidRegister)
        let none =
            Self.preamble(flags: 0, lowest: 0, mode: 2, exceptions: 0) + [UInt8](repeating: 0, count: 8_192 + 256)
        #expect(try DistinctSketch(bytes: none, from: .dataSketches).isEmpty)
    }

    private static func preamble(flags: UInt8, lowest: UInt8, mode: UInt8, exceptions: UInt32) -> [UInt8] {
        [10, 1, 7, 14, 0, flags, lowest, mode] + [UInt8](repeating: 0, count: 28) + word(exceptions)
    }

    private static func word(_ word: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) }
    }

    // MARK: Invalid bytes

    /// The code of the error that reading throws, or nil if it succeeds.
    static func code(_ bytes: some Sequence<UInt8>, _ format: DistinctSketchFormat) -> DistinctSketchError.Code? {
        do {
            _ = try DistinctSketch(bytes: bytes, from: format)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func invalidBytesThrowTheMatchingErrorCode() throws {
        let sketch = sketch(of: 0..<100)
        let redis = sketch.bytes(for: .redis)
        let postgresql = sketch.bytes(for: .postgresql)
        let dataSketches = sketch.bytes(for: .dataSketches)
        func changed(_ bytes: [UInt8], _ offset: Int, _ value: UInt8) -> [UInt8] {
            var bytes = bytes
            bytes[offset] = value
            return bytes
        }
        let cases: [([UInt8], DistinctSketchFormat, DistinctSketchError.Code)] = [
            (redis.dropLast(), .redis, .truncated), (redis + [0], .redis, .trailingBytes),
            (Array(redis.prefix(15)), .redis, .truncated), ([], .redis, .truncated),
            (postgresql, .redis, .foreign), (dataSketches, .redis, .foreign), (Array("WRONG".utf8), .redis, .foreign),
            (changed(redis, 4, 2), .redis, .unsupportedEncoding), (changed(redis, 6, 1), .redis, .unsupportedEncoding),
            (changed(redis, 16, 52), .redis, .invalidRegister),
            (changed(redis, 12_303, 0xFF), .redis, .invalidRegister),
            (postgresql.dropLast(), .postgresql, .truncated), (postgresql + [0], .postgresql, .trailingBytes),
            ([0x14, 0x8E], .postgresql, .truncated), ([], .postgresql, .truncated),
            (redis, .postgresql, .foreign), (dataSketches, .postgresql, .foreign),
            (changed(postgresql, 0, 0x24), .postgresql, .foreign),
            (changed(postgresql, 0, 0x15), .postgresql, .foreign),
            (changed(postgresql, 1, 0x8B), .postgresql, .mismatchedParameters),
            (changed(postgresql, 1, 0xAE), .postgresql, .mismatchedParameters),
            ([0x11, 0x8E, 0x7F, 0], .postgresql, .trailingBytes),
            (dataSketches.dropLast(), .dataSketches, .truncated), (dataSketches + [0], .dataSketches, .trailingBytes),
            (Array(dataSketches.prefix(39)), .dataSketches, .truncated), ([], .dataSketches, .truncated),
            (redis, .dataSketches, .foreign), (postgresql, .dataSketches, .foreign),
            (changed(dataSketches, 0, 3), .dataSketches, .foreign),
            (changed(dataSketches, 2, 3), .dataSketches, .foreign),
            (changed(dataSketches, 3, 12), .dataSketches, .mismatchedParameters),
            (changed(dataSketches, 7, 0b1110), .dataSketches, .unsupportedEncoding),
            (changed(dataSketches, 7, 0b1011), .dataSketches, .unsupportedEncoding),
            (changed(dataSketches, 40, 52), .dataSketches, .invalidRegister),
        ]
        for (index, (bytes, format, code)) in cases.enumerated() {
            #expect(Self.code(bytes, format) == code, "case \(index)")
        }
    }
}
