import Foundation
import Tally
import Testing

@testable import TallyHealthcheck

@Suite(.timeLimit(.minutes(5)))
struct ReadyMadeTests {
    @Test func countersAndGaugesAreReadForEachDocument() async throws {
        let registry = MetricRegistry()
        let counter = Counter("c", help: "", in: registry)
        let gauge = Gauge("g", help: "", in: registry)
        let bench = Bench(.counters(["z": counter]), .gauges(["a": gauge]))
        gauge.set(.nan)
        #expect(await bench.document().text.hasSuffix(#""z":0,"a":null,"checks":{}}"#))
        counter.increment(by: .max)
        gauge.set(-1.25)
        #expect(await bench.document().text.hasSuffix(#""z":9223372036854775807,"a":-1.25,"checks":{}}"#))
    }

    @Test func activeUsersAreAnObjectByWindow() async throws {
        let users = ActiveUsers("users", help: "", windows: [.hours(24), .days(7)], in: MetricRegistry())
        let plans = ActiveUsers("plans", help: "", windows: [.hours(1)], in: MetricRegistry())
        let bench = Bench(.activeUsers("activeUsers", users), .activeUsers("payingUsers", plans))
        users.record("alice")
        #expect(
            await bench.document().text.hasSuffix(
                #""activeUsers":{"24h":1,"7d":1},"payingUsers":{"1h":0},"checks":{}}"#
            )
        )
        let draft = await bench.healthcheck.document(as: .healthJSON).body
        #expect(
            String(decoding: draft, as: UTF8.self).contains(
                #""activeUsers:payingUsers":[{"componentType":"component","observedValue":{"1h":0}"#
            )
        )
    }

    @Test func aPlainCheckSucceedsOrFailsAtOnce() async throws {
        let hand = Hand()
        let bench = Bench(.check("disk") { _ = try await hand.values() })
        let first = bench.request()
        await hand.began(1)
        hand.answer([:])
        #expect(await first.value.text.contains(#""checks":{"disk":{"status":"ok","critical":true,"#))
        bench.clock.advance(by: .seconds(5))
        let second = bench.request()
        await hand.began(2)
        hand.fail()
        let failed = await second.value
        #expect(failed.httpStatus == 503)
        #expect(try failed.check("disk") == "fail error")
    }

    @Test func processFactsDescribeThisProcess() async throws {
        let before = Date()
        // On a manual clock, because a busy machine may take longer than the deadline.
        let bench = Bench(.process())
        let facts = try #require(try await bench.document().json["process"] as? [String: Any])
        #expect(facts["pid"] as? Int32 == ProcessInfo.processInfo.processIdentifier)
        #if os(Linux)
        let time = try #require(facts["startedAt"] as? String)
        let started = try #require(ISO8601DateFormatter().date(from: time))
        #expect(started <= before)
        #expect(started > before.addingTimeInterval(-3_600))
        #expect(try #require(facts["residentMemoryBytes"] as? Int) > 1 << 20)
        #expect(try #require(facts["threads"] as? Int) > 1)
        #expect(try #require(facts["cpuSeconds"] as? Double) > 0)
        #endif
    }

    @Test func aCommandNameMayHoldAnyCharacters() throws {
        let fields = (3...52).map(String.init).joined(separator: " ")
        for name in ["chat", "a) b", "((", ") 1 2 3 (", "\n)", "\u{600}", ")\u{301}"] {
            let stat = try #require(ProcessStat(text: "17 (\(name)) \(fields)\n"))
            #expect(stat.threads == 20)
            #expect(stat.startTicks == 22)
            #expect(stat.virtualBytes == 23)
            #expect(stat.residentPages == 24)
        }
    }

    @Test(arguments: ["", "17 (chat", "17 (chat) S 1 2", "17 (chat) " + String(repeating: "x ", count: 60)])
    func anInvalidStatIsRejected(_ text: String) {
        #expect(ProcessStat(text: text) == nil)
    }

    @Test func theBootTimeIsFoundAmongTheCounters() {
        #expect(ProcessFacts.bootTime(text: "cpu 1 2\nbtime 1789030800\nprocesses 3\n") == 1_789_030_800)
        #expect(ProcessFacts.bootTime(text: "cpu 1 2\n") == nil)
    }

    // MARK: Times

    private func text(_ seconds: Double) -> String? {
        UTCTime(secondsSinceEpoch: seconds).map { time in
            var bytes: [UInt8] = []
            time.append(to: &bytes)
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    @Test func timesMatchTheCalendar() {
        let formatter = ISO8601DateFormatter()
        var generator = SystemRandomNumberGenerator()
        var seconds = [0.0, -1, 951_782_399, 951_782_400, 4_107_542_400, 253_402_300_799, -1_000_000_000]
        seconds += (0..<2_000).map { _ in Double(Int.random(in: -2_000_000_000...200_000_000_000, using: &generator)) }
        for second in seconds {
            #expect(text(second) == formatter.string(from: Date(timeIntervalSince1970: second)))
        }
        #expect(text(0.999) == "1970-01-01T00:00:00Z")
        #expect(text(-0.001) == "1969-12-31T23:59:59Z")
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, 253_402_300_800, -62_167_219_201, 1e300])
    func timesOutsideTheCalendarAreNil(_ seconds: Double) {
        #expect(UTCTime(secondsSinceEpoch: seconds) == nil)
    }
}
