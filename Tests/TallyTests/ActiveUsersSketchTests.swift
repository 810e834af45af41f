import Synchronization
import TallyTesting
import Testing

@testable import Tally

/// The sketches that are exported to other engines.
struct ActiveUsersSketchTests {
    let clock = ManualClock()
    /// Seconds since the Unix epoch.
    let wall = Holder(0.0)
    let registry: MetricRegistry
    let key = HashKey(bytes: Array(0..<16))

    init() throws {
        let wall = wall
        registry = try MetricRegistry(clock: clock, wallSeconds: { wall.value })
    }

    func users(_ windows: [Window] = [.hours(1), .hours(24)], closedHours: Int = 48) -> ActiveUsers {
        ActiveUsers("users", help: "", windows: windows, key: key, closedHours: closedHours, in: registry)
    }

    private func sketch(of identifiers: some Sequence<String>) -> DistinctSketch {
        var sketch = DistinctSketch(hashedUnder: key)
        for identifier in identifiers { sketch.insert(key: SipHash(key: key).hash(identifier)) }
        return sketch
    }

    private func advance(_ seconds: Double) {
        clock.advance(by: .seconds(seconds))
        wall.value += seconds
    }

    @Test func aWindowsSketchHasTheRegistersOfItsUsers() {
        let users = users()
        for user in 0..<3000 { users.record("\(user)") }
        advance(3600)
        for user in 2000..<5000 { users.record("\(user)") }
        #expect(users.sketch(over: .hours(1)) == sketch(of: (2000..<5000).map(String.init)))
        #expect(users.sketch(over: .hours(24)) == sketch(of: (0..<5000).map(String.init)))
        // Other windows work too; a longer one is limited to the longest.
        #expect(users.sketch(over: .hours(2)) == users.sketch(over: .hours(24)))
        #expect(users.sketch(over: .days(.max)) == users.sketch(over: .hours(24)))
        #expect(users.sketch(over: .seconds(30)).isEmpty)
        #expect(users.sketch(over: .days(.min)).isEmpty)
        #expect(users.sketch(over: .minutes(1)) == sketch(of: (2000..<5000).map(String.init)))
    }

    @Test func sketchesMergeOnlyUnderTheSameKey() throws {
        let one = users()
        let other = ActiveUsers(
            "other_users",
            help: "",
            windows: [.hours(1)],
            key: HashKey(bytes: Array(1..<17)),
            in: registry
        )
        one.record("alice")
        other.record("alice")
        var union = one.sketch(over: .hours(1))
        #expect(throws: DistinctSketchError.self) { try union.merge(other.sketch(over: .hours(1))) }
        try union.merge(one.sketch(over: .hours(24)))
        #expect(union.estimate == 1)
    }

    // MARK: Hours

    @Test func eachClosedHourHasTheUsersSeenInIt() {
        wall.value = 1_700_000_000
        let hour = 1_700_000_000 / 3600
        let users = users()
        users.record("alice")
        #expect(users.hourlySketches().isEmpty, "the current hour is not closed")
        wall.value += 3600
        users.record("bob")
        #expect(users.hourlySketches().map(\.secondsSinceEpoch) == [hour * 3600])
        // The same tick but the next hour, so the user belongs to both hours.
        users.record("alice")
        wall.value += 7200
        let sketches = users.hourlySketches()
        #expect(sketches.map(\.secondsSinceEpoch) == [hour * 3600, (hour + 1) * 3600])
        #expect(sketches.map(\.sketch) == [sketch(of: ["alice"]), sketch(of: ["alice", "bob"])])
        #expect(users.hourlySketches() == sketches, "reading has no effect")
    }

    @Test func onlyTheLastClosedHoursAreRetained() {
        let users = users(closedHours: 3)
        for hour in 0..<200 {
            for user in 0..<hour { users.record("\(hour) \(user)") }
            advance(3600)
        }
        let sketches = users.hourlySketches()
        #expect(sketches.map(\.secondsSinceEpoch) == [197, 198, 199].map { $0 * 3600 })
        #expect(sketches[2].sketch == sketch(of: (0..<199).map { "199 \($0)" }))
        let none = ActiveUsers("none", help: "", windows: [.hours(1)], closedHours: 0, in: registry)
        none.record("alice")
        advance(3600)
        #expect(none.hourlySketches().isEmpty)
    }

    @Test func anHourThatTheClockReentersKeepsItsUsers() {
        wall.value = 360_000
        let users = users()
        users.record("alice")
        wall.value += 3600
        users.record("bob")
        wall.value -= 3600
        users.record("carol")
        #expect(users.hourlySketches().isEmpty, "the clock went back, so both hours are open again")
        wall.value += 7200
        #expect(users.hourlySketches().map(\.sketch) == [sketch(of: ["alice", "carol"]), sketch(of: ["bob"])])
    }

    @Test func implausibleWallClockTimesAreDiscarded() {
        wall.value = 360_000
        let users = users()
        users.record("alice")
        for seconds in [4_000_000_000, -1e18, .infinity, .nan, -.infinity, 1e300] {
            wall.value = seconds
            users.record("bob")
            _ = users.hourlySketches()
        }
        wall.value = 360_000
        users.record("carol")
        wall.value += 3600
        #expect(users.hourlySketches().map(\.secondsSinceEpoch) == [360_000])
        #expect(users.counts()[.hours(1)] == 3)
    }

    @Test func hoursPastTheRangeOfIntegersAreOmitted() {
        let users = users()
        for seconds in [1e19, -1e19] {
            wall.value = seconds
            users.record("alice")
            wall.value += 7200
            #expect(users.hourlySketches().isEmpty)
        }
    }

    @Test func hourlySketchesOfManyUsersLoseNoRegisters() {
        let users = users()
        let identifiers = (0..<100_000).map(String.init)
        for identifier in identifiers { users.record(identifier) }
        advance(3600)
        #expect(users.hourlySketches().map(\.sketch) == [sketch(of: identifiers)])
    }
}
