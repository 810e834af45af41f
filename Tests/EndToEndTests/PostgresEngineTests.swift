import Tally
import TallyTestSupport
import Testing

/// PostgreSQL with postgresql-hll merges the sketches of a fleet.
@Suite(
    .enabled(if: PostgresServer.isInstalled || Program.isRequired, "needs postgresql-15-hll"),
    .timeLimit(.minutes(20))
)
struct PostgresEngineTests {
    private func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// The bytes of a value as PostgreSQL prints it, `\x` and digits.
    private func bytes(_ text: String) throws -> [UInt8] {
        let digits = Array(try #require(text.hasPrefix("\\x") ? text.dropFirst(2) : nil))
        return try stride(from: 0, to: digits.count, by: 2).map {
            try #require(UInt8(String(digits[$0...$0 + 1]), radix: 16))
        }
    }

    @Test func theUnionOfFourInstancesEstimatesTheDistinctUsers() async throws {
        let postgres = try await PostgresServer()
        defer { postgres.stop() }
        for fleet in Fleet.all {
            _ = try postgres.query(
                "DROP TABLE IF EXISTS active_users;"
                    + "CREATE TABLE active_users (instance int PRIMARY KEY, users hll(14,5));"
            )
            for (instance, sketch) in fleet.sketches.enumerated() {
                let value = hexadecimal(sketch.bytes(for: .postgresql))
                _ = try postgres.query("INSERT INTO active_users VALUES (\(instance), '\\x\(value)'::hll);")
            }

            let union = try postgres.number("SELECT hll_cardinality(hll_union_agg(users)) FROM active_users")
            #expect(fleet.isCloseToUsers(union), "\(union) for \(fleet.users)")
            let sum = try postgres.number("SELECT sum(hll_cardinality(users)) FROM active_users")
            #expect(fleet.isCloseToVisits(sum), "\(sum) for \(fleet.visits)")
            print("PostgreSQL, \(fleet.testDescription): \(fleet.users) users, union \(union), sum \(sum)")

            let rows = try postgres.query("SELECT hll_union_agg(users) FROM active_users")
            let value = try bytes(try #require(rows.first))
            #expect(value[0] == (fleet.users < 1_000 ? 0x13 : 0x14), "few users are stored sparsely")
            let read = try DistinctSketch(bytes: value, from: .postgresql)
            #expect(try read == fleet.union(), "no rank of this fleet is above 31")
            #expect(try read.estimate == fleet.union().estimate)

            let twice = try postgres.query(
                "SELECT hll_union_agg(users) FROM (SELECT users FROM active_users"
                    + " UNION ALL SELECT users FROM active_users) AS twice"
            )
            #expect(twice == rows, "merging twice changes nothing")
        }
    }

    @Test func otherPostgresFormsAreReadOrRejected() async throws {
        let postgres = try await PostgresServer()
        defer { postgres.stop() }
        let empty = try bytes(try #require(try postgres.query("SELECT hll_empty(14, 5)").first))
        #expect(try DistinctSketch(bytes: empty, from: .postgresql).isEmpty)

        // A sketch with the extension's own hash, and one of its default size.
        let explicit = try postgres.query("SELECT hll_add(hll_empty(14, 5), hll_hash_integer(7))")
        let explicitBytes = try bytes(try #require(explicit.first))
        let small = try bytes(try #require(try postgres.query("SELECT hll_empty()").first))
        #expect(throws: DistinctSketchError.self) { try DistinctSketch(bytes: explicitBytes, from: .postgresql) }
        #expect(throws: DistinctSketchError.self) { try DistinctSketch(bytes: small, from: .postgresql) }
    }
}
