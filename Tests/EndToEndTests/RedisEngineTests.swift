import Tally
import TallyTestSupport
import Testing

/// Redis merges the sketches of a fleet.
@Suite(
    .enabled(if: RedisServer.isInstalled || Program.isRequired, "needs redis-server and redis-cli"),
    .timeLimit(.minutes(20))
)
struct RedisEngineTests {
    @Test(arguments: Fleet.all)
    func theUnionOfFourInstancesEstimatesTheDistinctUsers(_ fleet: Fleet) async throws {
        let redis = try await RedisServer()
        defer { redis.stop() }
        let keys = (1...4).map { "users:chat:2026-07-01T13:\($0)" }
        for (key, sketch) in zip(keys, fleet.sketches) {
            #expect(try redis.answer("SET", key, last: sketch.bytes(for: .redis)) == Array("OK".utf8))
        }

        let each = try keys.map { try redis.number("PFCOUNT", $0) }
        #expect(each == fleet.sketches.map(\.estimate), "our estimate equals that of Redis")
        let union = try redis.number("PFCOUNT", keys[0], keys[1], keys[2], keys[3])
        #expect(try union == fleet.union().estimate)
        #expect(fleet.isCloseToUsers(Double(union)), "\(union) for \(fleet.users)")
        let sum = each.reduce(0, +)
        #expect(fleet.isCloseToVisits(Double(sum)), "\(sum) for \(fleet.visits)")
        print("Redis, \(fleet.testDescription): \(fleet.users) users, union \(union), sum \(sum)")

        _ = try redis.answer("PFMERGE", "union", keys[0], keys[1], keys[2], keys[3])
        let merged = try redis.answer("GET", "union")
        let read = try DistinctSketch(bytes: merged, from: .redis)
        #expect(try read == fleet.union())
        #expect(read.estimate == union)

        // Merging or storing a sketch again changes nothing.
        _ = try redis.answer("PFMERGE", "union", keys[3], keys[0], keys[0], keys[1], "union")
        #expect(try redis.answer("GET", "union") == merged)
        #expect(try redis.answer("SET", keys[0], last: fleet.sketches[0].bytes(for: .redis)) == Array("OK".utf8))
        #expect(try redis.number("PFCOUNT", keys[0], keys[1], keys[2], keys[3]) == union)
    }

    /// A key's eight bytes, as a host that uses Redis directly would send them.
    private func member(_ user: Int) -> [UInt8] {
        let key = Fleet.key(of: user)
        return (0..<8).map { UInt8(truncatingIfNeeded: key >> UInt64(8 * $0)) }
    }

    @Test func redisBuildsTheSameSketchByteForByte() async throws {
        let redis = try await RedisServer()
        defer { redis.stop() }
        try redis.add((0..<10_000).map(member), to: "native")
        let native = try redis.answer("GET", "native")
        let ours = Fleet.sketch(of: 0..<10_000).bytes(for: .redis)
        #expect(native.count == ours.count)
        // All but the eight bytes of the cached count.
        #expect(native.prefix(8) == ours.prefix(8))
        #expect(native.dropFirst(16) == ours.dropFirst(16))
        #expect(try redis.number("PFCOUNT", "native") == Fleet.sketch(of: 0..<10_000).estimate)

        _ = try redis.answer("SET", "ours", last: ours)
        for user in [0, 1, 5_000, 9_999] {
            #expect(try redis.number("PFADD", "ours", last: member(user)) == 0, "\(user) is counted already")
        }
        let added = (10_000..<10_100).map { try? redis.number("PFADD", "ours", last: member($0)) }
        #expect(added.contains(1), "new users are not")
        let read = try DistinctSketch(bytes: redis.answer("GET", "ours"), from: .redis)
        #expect(read == Fleet.sketch(of: 0..<10_100), "Redis continued our sketch")
    }

    @Test func sparseRedisSketchesAreRead() async throws {
        let redis = try await RedisServer()
        defer { redis.stop() }
        for count in [1, 3, 100, 700] {
            try redis.add((0..<count).map(member), to: "native-\(count)")
            let native = try redis.answer("GET", "native-\(count)")
            #expect(native.count < 4_000)
            #expect(native[4] == 1, "sparse")
            let read = try DistinctSketch(bytes: native, from: .redis)
            #expect(read == Fleet.sketch(of: 0..<count))
            #expect(try redis.number("PFCOUNT", "native-\(count)") == read.estimate)
        }
    }

    @Test func ourEstimateEqualsThatOfRedis() async throws {
        let redis = try await RedisServer()
        defer { redis.stop() }
        func expectAgreement(_ sketch: DistinctSketch, _ description: String) throws {
            _ = try redis.answer("SET", "sketch", last: sketch.bytes(for: .redis))
            let estimate = try redis.number("PFCOUNT", "sketch")
            #expect(estimate == sketch.estimate, "\(description)")
        }
        var generator = SystemRandomNumberGenerator()
        var sketch = DistinctSketch()
        var inserted = 0
        for count in [0, 1, 2, 50, 1_000, 7_000, 20_000, 33_333, 60_000, 150_000, 400_000] {
            while inserted < count {
                sketch.insert(key: generator.next())
                inserted += 1
            }
            try expectAgreement(sketch, "\(count) keys")
        }
        // Ranks that only very many users would reach, up to the highest, from bytes that hold one register each.
        let header = DistinctSketch().bytes(for: .dataSketches).prefix(40)
        for share in [0, 1, 8_192, 16_000] {
            let registers = (0..<16_384).map { $0 < share ? 51 : UInt8($0 % 52) }
            try expectAgreement(
                DistinctSketch(bytes: header + registers, from: .dataSketches),
                "\(share) at the highest"
            )
            let high = (0..<16_384).map { $0 < share ? 51 : UInt8(40 + $0 % 12) }
            try expectAgreement(DistinctSketch(bytes: header + high, from: .dataSketches), "\(share) and all high")
        }
    }
}
