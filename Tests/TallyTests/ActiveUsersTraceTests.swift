import TallyTestSupport
import TallyTesting
import Testing

@testable import Tally

/// Random traces compared with a brute-force model: a dictionary of when each user was last seen.
struct ActiveUsersTraceTests {
    /// When users were last seen, in ticks of a clock that never goes back.
    struct Model {
        let ticks: WindowTicks
        private var now = 0
        private var last: [Int: Int] = [:]

        init(_ ticks: WindowTicks) { self.ticks = ticks }

        mutating func time(is time: Duration) {
            now = max(now, Int(time.attoseconds / Duration.milliseconds(ticks.milliseconds).attoseconds))
        }

        mutating func record(_ user: Int) { last[user] = now }

        mutating func restart() { self = Model(ticks) }

        var counts: [Int] { ticks.counts.map { ticks in last.values.count { now - $0 < ticks } } }

        var longest: Int { ticks.longest }
        /// The number of users that may be retained: those seen within the longest window and `slack` more ticks.
        func keptAtMost(_ slack: Int) -> Int { last.values.count { now - $0 < longest + slack } }
    }

    static let windowSets: [[Window]] = [
        [.hours(1)], [.minutes(5), .hours(1), .hours(24)], [.hours(24), .days(7)], [.seconds(10), .minutes(1)],
        [.minutes(7), .minutes(11), .hours(2)], [.hours(5), .days(1), .days(2)], [.seconds(1), .seconds(2)],
    ]

    /// 420 traces of 150 steps.
    @Test(.serialized, arguments: 0..<60 as Range<UInt64>)
    func countsMatchABruteForceModel(_ seed: UInt64) async throws {
        try await onThread {
            for (number, windows) in Self.windowSets.enumerated() {
                try runTrace(windows, seed: seed * 100 + UInt64(number))
            }
        }
    }

    private func runTrace(_ windows: [Window], seed: UInt64) throws {
        var random = Xorshift(seed: seed + 1)
        let clock = ManualClock()
        var time = Duration.zero
        let ticks = try WindowTicks(validating: windows, for: "users")
        var users = try Self.users(windows, clock)
        var model = Model(ticks)
        let pool = Int.random(in: 1...40, using: &random)
        for step in 0..<150 {
            let jump = Self.jump(windows, ticks, &random)
            clock.advance(by: jump)
            time += jump
            if step > 0, Int.random(in: 0..<100, using: &random) == 0 {
                // A restart: no users are left, and time starts at zero.
                users = try Self.users(windows, clock)
                time = .zero
                model.restart()
            }
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let user = Int.random(in: 0..<pool, using: &random)
                users.record("user \(user)")
                // Only records and counts read the clock, which matters when it goes back.
                model.time(is: time)
                model.record(user)
            }
            // Not always, so that records alone also advance ticks.
            if Bool.random(using: &random) {
                let counts = users.counts().map(\.users)
                model.time(is: time)
                if counts != model.counts {
                    Issue.record("\(counts) instead of \(model.counts) at \(time), step \(step) of seed \(seed)")
                    return
                }
                #expect(counts == counts.sorted())
            }
            users._checkInvariants()
        }
    }

    private static func users(_ windows: [Window], _ clock: ManualClock) throws -> ActiveUsers {
        let registry = MetricRegistry(clock: clock, ownMetrics: false)
        return try ActiveUsers(validating: "users", help: "", windows: windows, maxUsers: 1000, in: registry)
    }

    /// The next step of the clock: mostly near the edge of a window, sometimes zero, back, or ten years.
    private static func jump(_ windows: [Window], _ ticks: WindowTicks, _ random: inout Xorshift) -> Duration {
        let tick = Duration.milliseconds(ticks.milliseconds)
        let window = windows[Int.random(in: windows.indices, using: &random)].duration
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<6: return .zero
        case 6..<9: return tick * Int.random(in: 0...3, using: &random)
        case 9..<12: return .nanoseconds(Int64.random(in: 0...1_000_000_000, using: &random))
        case 12: return window - tick
        case 13: return window - tick - .nanoseconds(1)
        case 14: return window + .nanoseconds(Int64.random(in: -1...1, using: &random))
        case 15: return window + tick
        case 16: return window / Int.random(in: 2...9, using: &random)
        case 17: return Duration.zero - window / Int.random(in: 1...9, using: &random)
        case 18: return window * 2
        default: return Int.random(in: 0..<20, using: &random) == 0 ? .seconds(3653 * 86400) : tick
        }
    }

    @Test func countsOfManyUsersMatchABruteForceModel() async throws {
        try await onThread {
            let windows: [Window] = [.minutes(5), .hours(1)]
            let clock = ManualClock()
            let users = try Self.usersOfDefaultLimit(windows, clock)
            var model = Model(try WindowTicks(validating: windows, for: "users"))
            var random = Xorshift(seed: 7)
            var time = Duration.zero
            for _ in 0..<150 {
                for _ in 0..<2000 {
                    // Some users return soon, others never.
                    let user = Int(random.next() % 200_000) & Int(random.next() % 200_000)
                    users.record("\(user)")
                    model.record(user)
                }
                #expect(users.counts().map(\.users) == model.counts)
                #expect(users.kept.users <= model.keptAtMost(model.longest / 2 + 10))
                users._checkInvariants()
                let jump = Duration.seconds(Int.random(in: 0...90, using: &random))
                clock.advance(by: jump)
                time += jump
                model.time(is: time)
            }
        }
    }

    private static func usersOfDefaultLimit(_ windows: [Window], _ clock: ManualClock) throws -> ActiveUsers {
        let registry = MetricRegistry(clock: clock, ownMetrics: false)
        return try ActiveUsers(validating: "users", help: "", windows: windows, in: registry)
    }

    @Test func twoMillionUsersAreCountedExactly() async throws {
        try await onThread {
            let clock = ManualClock()
            let users = try Self.usersOfDefaultLimit([.hours(24)], clock)
            let count = 2_000_000
            for user in 0..<count {
                var id = UInt64(user)
                unsafe withUnsafeBytes(of: &id) { unsafe users.record(bytes: $0) }
            }
            #expect(users.counts()[.hours(24)] == count)
            #expect(users.kept.slots * 12 <= count * 40)
            clock.advance(by: .seconds(12 * 3600))
            for user in stride(from: 0, to: count, by: 4) {
                var id = UInt64(user)
                unsafe withUnsafeBytes(of: &id) { unsafe users.record(bytes: $0) }
            }
            clock.advance(by: .seconds(12 * 3600))
            #expect(users.counts()[.hours(24)] == count / 4)
        }
    }
}
