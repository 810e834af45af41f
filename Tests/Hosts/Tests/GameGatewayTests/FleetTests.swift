import Foundation
import HostsTestSupport
import Testing

/// Two gateways with one key, whose distinct users a real Redis unites and a real Prometheus scrapes.
@Suite(.timeLimit(.minutes(10)))
struct FleetTests {
    private static let key = "000102030405060708090a0b0c0d0e0f"
    private let folder: TemporaryFolder
    private var accounts: URL { folder.url.appending(path: "accounts.sqlite") }

    init() throws {
        folder = try TemporaryFolder()
    }

    private func startGateway(_ name: String, redis port: Int) async throws -> Gateway {
        let options = [
            "--name", name, "--redis-port", "\(port)", "--push-interval", "100", "--silence-limit", "600000",
            "--patience", "60000",
        ]
        return try await Gateway(accounts: accounts, key: Self.key, options)
    }

    private func pushes(_ gateway: Gateway, _ outcome: String) async throws -> Double {
        try #require(try await gateway.metric("gateway_sketch_pushes_total{outcome=\"\(outcome)\"}"))
    }

    /// Waits for a push that began after this call.
    private func awaitPush(_ gateway: Gateway, _ outcome: String) async throws {
        let before = try await pushes(gateway, outcome)
        try await eventually { try await pushes(gateway, outcome) >= before + 2 }
    }

    @Test(.needs("redis-server", "redis-cli", "prometheus"))
    func redisCountsEachPersonOfTwoGatewaysOnce() async throws {
        let redis = try await RedisServer()
        let one = try await startGateway("one", redis: redis.port)
        let two = try await startGateway("two", redis: redis.port)
        let prometheus = try await Prometheus(scraping: one.metricsPort, two.metricsPort)
        var (first, second) = (try PlayerClient(one), try PlayerClient(two))
        // 60 people play on the first gateway, 60 on the second, and 40 of them on both.
        for person in 0..<80 {
            let token = try await first.register("person-\(person)", person % 2 == 0 ? "guest" : "member")
            if person < 60 { #expect(try await first.ask("AUTH \(token)") == "OK person-\(person)") }
            if person >= 20 { #expect(try await second.ask("AUTH \(token)") == "OK person-\(person)") }
        }
        for gateway in [one, two] {
            #expect(try await gateway.activeUsers() == [60, 60])
            try await awaitPush(gateway, "ok")
        }
        let keys = ["{players}:24h:one", "{players}:24h:two"]
        for key in keys { #expect((58...62).contains(try await redis.number("PFCOUNT", key))) }
        let union = try await redis.number("PFCOUNT", keys[0], keys[1])
        #expect((78...82).contains(union), "80 people, where a sum says 120")
        #expect(try await redis.number("TTL", keys[0]) > 86_000)

        let query = "sum(active_users{window=\"24h\"})"
        #expect(try await prometheus.value(of: query, awaiting: 120) == 120)
        #expect(try await prometheus.value(of: "max(active_users{window=\"7d\"})", awaiting: 60) == 60)
        for (query, value) in [
            (#"sum(accounts_created_total{kind="guest"})"#, 40.0), (#"sum(accounts_created_total{kind="member"})"#, 40),
            ("sum(accounts_created_total)", 80), ("count(sum by (kind) (accounts_created_total))", 2),
        ] {
            #expect(try await prometheus.value(of: query, awaiting: value) == value, "\(query)")
        }
        print("Redis says \(union) people, Prometheus' sum says 120")
    }

    @Test(.needs("redis-server", "redis-cli"))
    func aGatewayGoesOnWithoutRedisAndPushesAllWhenItComes() async throws {
        let port = try freePort()
        let gateway = try await startGateway("one", redis: port)
        var player = try PlayerClient(gateway)
        #expect(try await player.ask("AUTH \(try await player.register("anna"))") == "OK anna")
        try await awaitPush(gateway, "failed")
        #expect(try await pushes(gateway, "ok") == 0)
        #expect(try await player.ask("JOIN chess") == "OK chess")
        try await eventually { try await gateway.get("/.well-known/healthcheck.json").status == 200 }

        let redis = try await RedisServer(port: port)
        try await awaitPush(gateway, "ok")
        #expect(try await redis.number("PFCOUNT", "{players}:24h:one") == 1)
        redis.stop()
        try await awaitPush(gateway, "failed")
        #expect(try await player.ask("MOVE e2e4") == "OK e2e4")
        #expect(gateway.stop() == 0)
    }

    @Test func somethingElseOnTheRedisPortIsAFailedPush() async throws {
        let chat = try await Gateway(accounts: accounts)
        // Its answer is that of a gateway, not of a Redis.
        let gateway = try await startGateway("one", redis: chat.port)
        try await awaitPush(gateway, "failed")
        #expect(try await pushes(gateway, "ok") == 0)
    }

    @Test func redisWithoutASharedKeyIsRefusedAtBoot() async throws {
        for (key, problem) in [(nil, "ACTIVE_USERS_KEY"), ("abc", "32 hexadecimal digits")] as [(String?, String)] {
            let environment = ["-u", "ACTIVE_USERS_KEY"] + (key.map { ["ACTIVE_USERS_KEY=\($0)"] } ?? [])
            let outcome = try Program.run(
                try Program.require("env"),
                environment + [Program.built("game-gateway").path, "--redis-port", "6379"]
            )
            #expect(outcome.status == 64)
            #expect(outcome.errorText.contains(problem))
        }
    }
}
