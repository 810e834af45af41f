import Testing

@testable import Tally

/// A sketch of numbered users, hashed as identifiers are.
func sketch(of users: some Sequence<Int>, key: HashKey = HashKey(bytes: Array(0..<16))) -> DistinctSketch {
    let hash = SipHash(key: key)
    var registers = HyperLogLog()
    for user in users { registers.insert(key: hash.hash("user-\(user)")) }
    return DistinctSketch(registers, hashedUnder: key)
}

struct DistinctSketchTests {
    private static let a = sketch(of: 0..<5_000)
    private static let b = sketch(of: 2_500..<9_000)
    private static let c = sketch(of: stride(from: 0, to: 30_000, by: 7))

    @Test func mergingIsCommutativeAssociativeAndIdempotent() throws {
        let (a, b, c) = (Self.a, Self.b, Self.c)
        let union = try a.merged(with: b)
        #expect(try union == b.merged(with: a))
        #expect(try union.merged(with: c) == a.merged(with: b.merged(with: c)))
        #expect(try union.merged(with: union) == union)
        #expect(try union.merged(with: b) == union)
        #expect(try union.merged(with: DistinctSketch()) == union)
        #expect(try DistinctSketch().merged(with: union) == union)
        #expect(union != a)
        #expect(union != b)
        #expect(union == sketch(of: 0..<9_000), "the union equals the sketch of one instance that saw all users")
        #expect(union.hashValue == sketch(of: 0..<9_000).hashValue)
    }

    @Test func aCopyIsUnchangedByAMerge() throws {
        let before = Self.a
        var copy = before
        try copy.merge(Self.c)
        #expect(copy != before)
        #expect(before == sketch(of: 0..<5_000))
        #expect(DistinctSketch().isEmpty, "the registers that empty sketches share are unchanged too")
    }

    @Test func printingASketchDoesNotShowItsRegisters() {
        let sketch = sketch(of: 0..<100)
        var dumped = ""
        dump(sketch, to: &dumped)
        for text in ["\(sketch)", String(reflecting: sketch), dumped] {
            #expect(text.contains("DistinctSketch(estimate: 100)"))
            #expect(text.utf8.count < 40)
        }
    }

    @Test func anEmptySketchEstimatesZero() {
        #expect(DistinctSketch().isEmpty)
        #expect(DistinctSketch().estimate == 0)
        #expect(DistinctSketch() == DistinctSketch())
        #expect(!sketch(of: 0..<1).isEmpty)
        #expect("\(sketch(of: 0..<1))" == "DistinctSketch(estimate: 1)")
    }

    @Test func sketchesUnderDifferentKeysDoNotMerge() throws {
        let other = sketch(of: 0..<10, key: HashKey(bytes: Array(1...16)))
        var merged = Self.a
        let error = #expect(throws: DistinctSketchError.self) { try merged.merge(other) }
        #expect(error?.code == .mismatchedKey)
        #expect(merged == Self.a)

        // The key of a sketch from bytes is unknown; a union has the known key of its parts.
        let read = try DistinctSketch(bytes: other.bytes(for: .redis), from: .redis)
        try merged.merge(read)
        #expect(throws: DistinctSketchError.self) { try merged.merge(other) }
        var fromBytes = read
        try fromBytes.merge(Self.a)
        #expect(throws: DistinctSketchError.self) { try fromBytes.merge(other) }
        var empty = DistinctSketch()
        try empty.merge(other)
        #expect(throws: DistinctSketchError.self) { try empty.merge(Self.a) }
    }

    /// Three standard errors of 0.81 % each, and one user for rounding.
    @Test(arguments: [1, 2, 10, 100, 1_000, 10_000, 16_384, 40_000, 81_920, 200_000, 1_000_000])
    func estimatesAreWithinThreeStandardErrors(_ count: Int) {
        let key = HashKey(bytes: Array(0..<16))
        let hash = SipHash(key: key)
        var registers = HyperLogLog()
        for user in 0..<count {
            registers.insert(key: unsafe withUnsafeBytes(of: user.littleEndian) { unsafe hash.hash($0) })
        }
        let sketch = DistinctSketch(registers, hashedUnder: key)
        #expect(abs(Double(sketch.estimate - count)) <= 3 * 0.0081 * Double(count) + 1, "\(sketch.estimate)")
    }

    /// The estimator is unbiased, which a single run cannot show.
    @Test func estimatesAverageToTheTrueCount() {
        for count in [300, 20_000, 45_000] {
            var generator = Xorshift(seed: UInt64(count))
            let sum = (0..<20).reduce(0.0) { sum, _ in
                var registers = HyperLogLog()
                for _ in 0..<count { registers.insert(key: generator.next()) }
                return sum + registers.estimate
            }
            // The standard error of the mean of 20 is 0.18 %.
            #expect(abs(sum / 20 / Double(count) - 1) < 3 * 0.0018, "\(count)")
        }
    }

    @Test(arguments: 4...16)
    func estimatesOfEveryPrecisionAreWithinThreeStandardErrors(_ precision: Int) {
        var registers = HyperLogLog(precision: precision)
        var generator = Xorshift(seed: UInt64(precision))
        for _ in 0..<20_000 { registers.insert(key: generator.next()) }
        let error = 1.04 / Double(1 << precision).squareRoot()
        #expect(abs(registers.estimate / 20_000 - 1) < 3 * error, "\(registers.estimate)")
        #expect(registers.registers.count == 1 << precision)
    }

    @Test func theHashDeterminesIndexAndRank() {
        // The key whose hash is 0 has the index 0, and no bit above the index is set.
        for precision in 4...16 {
            let place = HyperLogLog.place(of: Unkeyed.key(hashingTo: 0), precision: precision)
            #expect(place.index == 0)
            #expect(place.rank == 65 - UInt8(precision))
            #expect(place.rank == HyperLogLog.maxRank(precision: precision))
        }
        let hash: UInt64 = 0b1000 << 14 | 12_345
        let place = HyperLogLog.place(of: Unkeyed.key(hashingTo: hash), precision: 14)
        #expect(place.index == 12_345)
        #expect(place.rank == 4)
        #expect(HyperLogLog.place(of: Unkeyed.key(hashingTo: .max), precision: 14).rank == 1)
    }

    @Test func registersAtTheirMaximumDoNotTrap() {
        let full = HyperLogLog(precision: 14, registers: Array(repeating: 51, count: 16_384))
        #expect(full.estimate == .infinity)
        #expect(DistinctSketch(unkeyed: full).estimate == .max)
        var almost = HyperLogLog(precision: 14, registers: Array(repeating: 51, count: 16_383) + [50])
        #expect(almost.estimate > 1e15)
        #expect(DistinctSketch(unkeyed: almost).estimate > 1 << 50)
        almost.merge(full)
        #expect(almost == full)
    }

    /// Without a key, 16,384 crafted identifiers suffice for an estimate of millions of users.
    @Test func craftedIdentifiersInflateOnlyUnkeyedEstimates() {
        let crafted = (0..<16_384).map { index in Unkeyed.key(hashingTo: 1 << (14 + 7) | UInt64(index)) }
        var unkeyed = HyperLogLog()
        var keyed = HyperLogLog()
        let hash = SipHash(key: HashKey(bytes: Array(0..<16)))
        for identifier in crafted {
            unkeyed.insert(key: identifier)
            keyed.insert(key: unsafe withUnsafeBytes(of: identifier.littleEndian) { unsafe hash.hash($0) })
        }
        #expect(unkeyed.estimate > 3_000_000)
        #expect(abs(keyed.estimate / 16_384 - 1) < 3 * 0.0081)
    }
}

/// The inverse of MurmurHash64A, with which an attacker can choose registers.
enum Unkeyed {
    private static let factor: UInt64 = 0xC6A4_A793_5BD1_E995

    /// The factor's inverse modulo 2^64. Each step doubles the number of correct bits.
    private static let inverse = (0..<6).reduce(factor) { inverse, _ in inverse &* (2 &- factor &* inverse) }

    static func key(hashingTo hash: UInt64) -> UInt64 {
        // An xor-shift by more than half of the bits is its own inverse.
        var state = hash ^ (hash >> 47)
        state = state &* inverse
        state ^= state >> 47
        state = state &* inverse
        var word = state ^ 0xADC8_3B19 ^ (8 &* factor)
        word = word &* inverse
        word ^= word >> 47
        return word &* inverse
    }
}

extension DistinctSketch {
    fileprivate func merged(with other: DistinctSketch) throws(DistinctSketchError) -> DistinctSketch {
        var union = self
        try union.merge(other)
        return union
    }
}
