import Foundation
import TallyTesting
import Testing

@testable import Tally

struct ActiveUsersTests {
    let clock = ManualClock()
    let registry: MetricRegistry

    init() {
        registry = MetricRegistry(clock: clock, ownMetrics: false)
    }

    func users(_ windows: [Window] = [.hours(24), .days(7)], key: HashKey? = nil, maxUsers: Int = 1000) -> ActiveUsers {
        ActiveUsers("active_users", help: "Users.", windows: windows, key: key, maxUsers: maxUsers, in: registry)
    }

    @Test func everyWindowIsExposedAtZeroFromRegistration() {
        _ = users([.minutes(5), .hours(1), .hours(24), .days(7)])
        #expect(
            registry.text == """
                # HELP active_users Users. Windows overlap and instances share users: never add counts, merge sketches.
                # TYPE active_users gauge
                active_users{window="5m"} 0
                active_users{window="1h"} 0
                active_users{window="24h"} 0
                active_users{window="7d"} 0

                """
        )
    }

    @Test func aUserCountsOnceInEachWindowUntilTheWindowPasses() {
        let users = users()
        for _ in 0..<3 { users.record("alice") }
        users.record("bob")
        #expect(users.counts().map(\.users) == [2, 2])
        clock.advance(by: .seconds(23 * 3600))
        users.record("alice")
        clock.advance(by: .seconds(3600))
        #expect(users.counts()[.hours(24)] == 1)
        #expect(users.counts()[.days(7)] == 2)
        #expect(users.counts()[.days(30)] == nil)
        #expect(users.counts().description == "24h: 1, 7d: 2")
        #expect(registry.text.contains("active_users{window=\"24h\"} 1\nactive_users{window=\"7d\"} 2\n"))
        clock.advance(by: .seconds(8 * 86400))
        #expect(users.counts().map(\.users) == [0, 0])
        #expect(registry.text.contains("active_users{window=\"7d\"} 0\n"))
    }

    @Test(arguments: [
        [Window.hours(1)], [.minutes(7), .hours(24)], [.hours(1), .days(30)], [.seconds(90), .minutes(5)],
        [.seconds(1)],
    ])
    func aUserLeavesAWindowWithinATickOfItsEnd(_ windows: [Window]) throws {
        let ticks = try WindowTicks(validating: windows, for: "active_users")
        let tick = Duration.milliseconds(ticks.milliseconds)
        #expect(tick <= .seconds(60) && tick * 60 <= windows[0].duration)
        for window in windows {
            // At ten offsets within a tick.
            for offset in 0..<10 {
                let clock = ManualClock()
                let registry = MetricRegistry(clock: clock, ownMetrics: false)
                let users = ActiveUsers("active_users", help: "Users.", windows: windows, in: registry)
                clock.advance(by: window.duration * 3 + tick / 10 * offset)
                users.record("alice")
                clock.advance(by: window.duration - tick)
                #expect(users.counts()[window] == 1, "one tick younger than the window")
                clock.advance(by: tick)
                #expect(users.counts()[window] == 0, "as old as the window")
                users._checkInvariants()
            }
        }
    }

    @Test func anEmptyIdentifierIsIgnored() {
        let users = users()
        users.record("")
        unsafe users.record(bytes: UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(users.counts().map(\.users) == [0, 0])
    }

    @Test func identifiersAreComparedByBytes() {
        let users = users()
        users.record("é")
        users.record("e\u{301}")
        #expect(users.counts()[.hours(24)] == 2)
        unsafe Array("é".utf8).withUnsafeBytes { unsafe users.record(bytes: $0) }
        users.record("\u{0}")
        users.record("\u{0}\u{0}")
        #expect(users.counts()[.hours(24)] == 4)
    }

    @Test func identifiersOfAMegabyteAreCounted() {
        let users = users()
        let long = String(repeating: "x", count: 1 << 20)
        users.record(long)
        users.record(long + "y")
        users.record(long)
        #expect(users.counts()[.hours(24)] == 2)
    }

    @Test func timeStandsStillWhileTheClockIsBehind() {
        let users = users()
        clock.advance(by: .seconds(100_000))
        users.record("alice")
        clock.advance(by: .seconds(-90_000))
        users.record("bob")
        #expect(users.counts().map(\.users) == [2, 2])
        clock.advance(by: .seconds(90_000 + 86_400))
        #expect(users.counts().map(\.users) == [0, 2])
        users._checkInvariants()
    }

    @Test func extremeClockJumpsDoNotTrap() {
        let users = users([.seconds(1), .minutes(5)])
        users.record("alice")
        for seconds in [Int64.max / 4, -(Int64.max / 2), Int64.max / 2, 1, 1] {
            clock.advance(by: .seconds(seconds))
            users.record("alice")
            #expect(users.counts()[.minutes(5)] == 1)
            users._checkInvariants()
        }
    }

    @Test func registeringTheSameDefinitionTwiceSharesTheUsers() throws {
        users().record("alice")
        #expect(users().counts()[.hours(24)] == 1)
        #expect(throws: RegistrationError.self) {
            try ActiveUsers(
                validating: "active_users",
                help: "Users.",
                windows: [.hours(24), .days(7)],
                key: HashKey(bytes: Array(0..<16)),
                maxUsers: 1000,
                in: registry
            )
        }
        #expect(throws: RegistrationError.self) {
            try ActiveUsers(
                validating: "active_users",
                help: "Users.",
                windows: [.days(7)],
                maxUsers: 1000,
                in: registry
            )
        }
    }

    // MARK: Invalid definitions

    @Test(arguments: [
        ([Window.hours(0)], "has the window 0h: its length must be positive"),
        ([Window.days(.max)], "has the window 9223372036854775807d: its length must be at most 3660d"),
        ([Window.days(.min)], "has the window -9223372036854775808d: its length must be positive"),
    ])
    func invalidWindowsThrowAnErrorThatNamesThem(_ windows: [Window], _ problem: String) {
        let error = #expect(throws: RegistrationError.self) {
            try ActiveUsers(validating: "active_users", help: "Users.", windows: windows, in: registry)
        }
        #expect(error?.code == .invalidWindows)
        #expect(error?.description == "\"active_users\" \(problem)")
        #expect(registry.text == "")
    }

    @Test func invalidCapacitiesAndLabelsThrow() throws {
        func code(_ body: () throws -> Void) -> RegistrationError.Code? {
            #expect(throws: RegistrationError.self) { try body() }?.code
        }
        #expect(
            code { _ = try ActiveUsers(validating: "a", help: "", windows: [.hours(1)], maxUsers: 0, in: registry) }
                == .invalidCapacity
        )
        #expect(
            code { _ = try ActiveUsers(validating: "a", help: "", windows: [.hours(1)], closedHours: -1, in: registry) }
                == .invalidCapacity
        )
        #expect(
            code {
                _ = try ActiveUsers.family(
                    validating: "a",
                    help: "",
                    labelNames: ["window"],
                    windows: [.hours(1)],
                    in: registry
                )
            } == .reservedLabelName
        )
        let constant = MetricRegistry(constantLabels: ["window": "x"])
        #expect(
            code { _ = try ActiveUsers(validating: "a", help: "", windows: [.hours(1)], in: constant) }
                == .duplicateLabelName
        )
    }

    @Test func invalidWindowLiteralsTrapAndAreNamed() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = ActiveUsers("active_users", help: "", windows: [.days(7), .hours(24)], in: MetricRegistry())
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains(#"Tally: "active_users" has the window 24h after the longer 7d"#))
    }
}
