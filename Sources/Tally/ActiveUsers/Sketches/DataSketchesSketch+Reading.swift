extension DataSketchesSketch {
    static func registers(in bytes: [UInt8]) throws(DistinctSketchError) -> HyperLogLog {
        let input = SketchBytes(bytes: bytes, format: .dataSketches)
        try input.requireAtLeast(8)
        guard input[1] == version, input[2] == family else {
            throw input.error(
                .foreign,
                "are of version \(input[1]) and family \(input[2]), not \(version) and \(family)"
            )
        }
        guard let mode = Mode(rawValue: input[7] & 3), let width = Width(rawValue: input[7] >> 2 & 3) else {
            let problem = "are in the mode \(input[7]): Tally reads only HLL_4, HLL_6 and HLL_8"
            throw input.error(.unsupportedEncoding, problem)
        }
        guard input[0] == mode.preamble else {
            throw input.error(.foreign, "have a preamble of \(input[0]) words, not \(mode.preamble)")
        }
        try input.requirePrecision(Int(input[3]))
        try input.requireAtLeast(4 * Int(mode.preamble))
        let registers =
            switch (mode, width) {
            case (.list, _): try list(input)
            case (.set, _): try set(input)
            case (.registers, .four): try fourBits(input)
            case (.registers, .six): try sixBits(input)
            case (.registers, .eight): try eightBits(input)
            }
        return try input.validated(registers)
    }

    private static func eightBits(_ input: SketchBytes) throws(DistinctSketchError) -> [UInt8] {
        try input.requireExactly(headerSize + registerCount)
        return Array(input.bytes[headerSize...])
    }

    /// The format ends in a spare byte, so that a reader can read every register together with the following byte.
    private static func sixBits(_ input: SketchBytes) throws(DistinctSketchError) -> [UInt8] {
        try input.requireExactly(headerSize + registerCount / 4 * 3 + 1)
        return input.sixBitRegisters(at: headerSize)
    }

    /// Reads differences from the lowest register, lowest bits first. 15 marks an exception, listed in a final table.
    private static func fourBits(_ input: SketchBytes) throws(DistinctSketchError) -> [UInt8] {
        let lowest = input[6]
        let exception: UInt8 = 15
        let highest = HyperLogLog.maxRank(precision: DistinctSketch.precision)
        let tableStart = headerSize + registerCount / 2
        let exceptions = Int(clamping: input.number(at: 36))
        guard lowest <= highest else {
            throw input.error(.invalidRegister, "have the lowest register \(lowest), above the maximum \(highest)")
        }
        // An updatable sketch without exceptions has an empty table of 64 words, and does not state its size.
        let size = exceptions == 0 ? 6 : input[4]
        let table = try coupons(input, at: tableStart, count: exceptions, tableSize: size)

        var registers = (0..<registerCount).map { index in
            input[headerSize + index / 2] >> UInt8(index % 2 * 4) & exception
        }
        for coupon in table {
            // Fails if the register is not marked, or is twice in the table.
            guard registers[coupon.index] == exception, coupon.rank >= lowest + exception else {
                throw input.error(.invalidRegister, "list register \(coupon.index) as an exception, which it is not")
            }
            // At least 30, so that it differs from the mark. Corrected below.
            registers[coupon.index] = coupon.rank - lowest + exception
        }
        guard !registers.contains(exception) else {
            throw input.error(.invalidRegister, "mark an exception without listing its value")
        }
        return registers.map { $0 + lowest - ($0 > exception ? exception : 0) }
    }

    private static func list(_ input: SketchBytes) throws(DistinctSketchError) -> [UInt8] {
        try scattered(coupons(input, at: 8, count: Int(input[6]), tableSize: 3))
    }

    private static func set(_ input: SketchBytes) throws(DistinctSketchError) -> [UInt8] {
        try scattered(coupons(input, at: 12, count: Int(clamping: input.number(at: 8)), tableSize: input[4]))
    }

    private static func scattered(_ coupons: [HyperLogLog.Place]) -> [UInt8] {
        var registers = [UInt8](repeating: 0, count: registerCount)
        for coupon in coupons { registers[coupon.index] = max(registers[coupon.index], coupon.rank) }
        return registers
    }

    /// Reads words of 26 hash bits, which end in the register's index, and 6 bits of rank. A compact sketch has `count`
    /// such words; an updatable one has 2^`tableSize`, of which free ones are zero.
    private static func coupons(
        _ input: SketchBytes,
        at start: Int,
        count: Int,
        tableSize: UInt8
    ) throws(DistinctSketchError) -> [HyperLogLog.Place] {
        let isCompact = input[5] & compactFlag != 0
        guard isCompact || tableSize <= DistinctSketch.precision, count <= registerCount else {
            throw input.error(.invalidRegister, "announce more than \(registerCount) registers")
        }
        let words = isCompact ? count : 1 << Int(tableSize)
        try input.requireExactly(start + 4 * words)
        var places: [HyperLogLog.Place] = []
        for index in 0..<words {
            let word = input.number(at: start + 4 * index)
            if word == 0, !isCompact { continue }
            let rank = UInt8(truncatingIfNeeded: word >> 26)
            guard (1...HyperLogLog.maxRank(precision: DistinctSketch.precision)).contains(rank) else {
                throw input.error(.invalidRegister, "hold \(rank) in a register, which is not a rank")
            }
            places.append(HyperLogLog.Place(index: Int(word & UInt32(registerCount - 1)), rank: rank))
        }
        guard places.count == count else {
            throw input.error(.invalidRegister, "hold \(places.count) registers, but announce \(count)")
        }
        return places
    }
}
