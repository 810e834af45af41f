import Tally
import TallyTestSupport
import TallyTesting
import Testing

/// Runs the code of the guide "Active users across a fleet": the code between the marks.
struct ActiveUsersAcrossAFleetTests {
    private let guide: Guide

    init() throws {
        guide = try Guide("Sources/Tally/Tally.docc/ActiveUsersAcrossAFleet.md")
    }

    @Test func anInstanceExposesTheShownWindows() {
        let registry = MetricRegistry(ownMetrics: false)
        // GUIDE ActiveUsersAcrossAFleet in-one-process
        let activeUsers = ActiveUsers("active_users", help: "Users.", windows: [.hours(24), .days(7)], in: registry)
        activeUsers.record("anna")
        activeUsers.record("bert")
        activeUsers.record("anna")
        // END
        #expect(activeUsers.counts()[.hours(24)] == 2)
        let samples = registry.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(guide.output.contains(samples.joined(separator: "\n")))
    }

    // GUIDE ActiveUsersAcrossAFleet Plan
    enum Plan: String, LabelSet, LabelValue, CaseIterable {
        case free
        case paid
        static let schema: [Label<Self>] = [Label("plan", \.self)]
    }
    // END

    @Test func usersAreCountedByPlan() {
        let registry = MetricRegistry(ownMetrics: false)
        // GUIDE ActiveUsersAcrossAFleet by-plan
        let byPlan = Family<Plan, ActiveUsers>("plan_users", help: "Users.", windows: [.hours(24)], in: registry)
        byPlan[.paid].record("anna")
        // END
        #expect(registry.text.contains("\nplan_users{plan=\"paid\",window=\"24h\"} 1\n"))
    }

    /// A stand-in for a Redis client, whose values the test can read.
    private actor Store {
        var values: [String: [UInt8]] = [:]
        func set(_ name: String, to bytes: [UInt8], expiresAfter: Duration) throws { values[name] = bytes }
    }

    @Test func instancesPushOnlyTheirClosedHours() async throws {
        let environment = ["ACTIVE_USERS_KEY": "000102030405060708090a0b0c0d0e0f"]
        let clock = ManualClock()
        let wall = Holder(0.0)
        let registry = try MetricRegistry(clock: clock, wallSeconds: { wall.value })
        // GUIDE ActiveUsersAcrossAFleet give-all-instances-one-key
        let key = try HashKey(validatingHex: environment["ACTIVE_USERS_KEY"] ?? "")
        let users = ActiveUsers("active_users", help: "Users.", windows: [.hours(24)], key: key, in: registry)
        // END
        users.record("anna")
        wall.value = 3600
        clock.advance(by: .seconds(3600))
        users.record("bert")
        let redis = Store()
        let instance = "web-1"
        // GUIDE ActiveUsersAcrossAFleet push-the-hours-that-are-over
        for hour in users.hourlySketches() {
            let name = "{users:chat}:\(hour.secondsSinceEpoch):\(instance)"
            try await redis.set(name, to: hour.sketch.bytes(for: .redis), expiresAfter: .days(32))
        }
        // END
        // The current hour is not pushed.
        #expect(await redis.values.keys.sorted() == ["{users:chat}:0:web-1"])
        let pushed = try #require(await redis.values["{users:chat}:0:web-1"])
        #expect(try DistinctSketch(bytes: pushed, from: .redis).estimate == 1)
    }

    @Test func aUnionCountsSharedUsersOnce() throws {
        let key = HashKey(bytes: Array(0..<16))
        func instance(_ names: [String]) -> DistinctSketch {
            let users = ActiveUsers(
                "users",
                help: "",
                windows: [.hours(24)],
                key: key,
                in: MetricRegistry(ownMetrics: false)
            )
            for name in names { users.record(name) }
            return users.sketch(over: .hours(24))
        }
        let received = [instance(["anna", "bert"]), instance(["bert", "carl"])].map { $0.bytes(for: .redis) }
        // GUIDE ActiveUsersAcrossAFleet or-do-it-here
        var union = DistinctSketch()
        for bytes in received {
            try union.merge(DistinctSketch(bytes: bytes, from: .redis))
        }
        print(union.estimate)
        // END
        #expect(union.estimate == 3)
    }
}

extension Duration {
    fileprivate static func days(_ count: Int) -> Duration { .seconds(count * 86_400) }
}
