import Tally
import TallyPage
import TallyTesting
import Testing

@testable import TallyPage

struct HistoryTests {
    private struct Name: LabelSet {
        var name: String
        static let schema: [Label<Self>] = [Label("name", \.name)]
    }

    @Test func aPageOpenedLateShowsTheMinutesBefore() async throws {
        let bench = Bench(history: PageHistory())
        let counter = Counter("events_total", help: "Events.", in: bench.registry)
        let gauge = Gauge("depth", help: "Depth.", in: bench.registry)
        // Five an second in the first minute, then ten.
        bench.record(seconds: 180) { second in
            counter.increment(by: second < 60 ? 5 : 10)
            gauge.set(Double(second))
        }
        let minute = try await bench.document("range=1m")
        #expect(minute.history?.newest == 180)
        #expect(minute.series("events_total")?.h == [Array(repeating: 10, count: 60)])
        #expect(minute.series("depth")?.h == [(120..<180).map(Double.init)])
        let hour = try await bench.document("range=1h")
        #expect(hour.history?.newest == 2)
        // The first reading is at the end of the first second, and knows no growth before.
        #expect(hour.series("events_total")?.h == [[5, 10, 10]])
    }

    @Test func eachRangeHasItsPointsAndNoMore() async throws {
        let bench = Bench(history: PageHistory())
        let counter = Counter("events_total", help: "Events.", in: bench.registry)
        // Eight days, with a reading every ten minutes: the shorter ranges have gaps.
        for step in 1...(8 * 144) {
            bench.clock.advance(by: .seconds(600))
            counter.increment(by: step <= 144 ? 600 : 1_200)
            bench.page.record()
        }
        for (range, count) in [("24h", 144), ("7d", 168)] {
            let points = try await bench.document("range=\(range)").series("events_total")?.h?.first
            #expect(points == Array(repeating: 2, count: count), "\(range)")
        }
        let hour = try #require(try await bench.document("range=1h").series("events_total")?.h?.first)
        #expect(hour.count == 60)
        #expect(hour.compactMap { $0 } == Array(repeating: 2, count: 6))
    }

    @Test func aBrowserGetsOnlyThePointsThatItDoesNotHave() async throws {
        let bench = Bench(history: PageHistory())
        let gauge = Gauge("depth", help: "Depth.", in: bench.registry)
        bench.record(seconds: 30) { gauge.set(Double($0)) }
        #expect(try await bench.document("range=1m&after=27").series("depth")?.h == [[27, 28, 29]])
        #expect(try await bench.document("range=1m&after=30").series("depth")?.h == nil)
        // From before a restart of the server, or nonsense.
        for after in ["9999", "-5", "9223372036854775807", "-9223372036854775808", "x"] {
            // From the beginning, whose first second no reading has.
            let points = try await bench.document("range=1m&after=\(after)").series("depth")?.h?.first
            #expect(points == [nil] + (0..<30).map(Double.init), "\(after)")
        }
    }

    @Test func quantilesAreThoseOfTheStepsObservations() async throws {
        let bench = Bench(history: PageHistory())
        let latency = Histogram("latency_seconds", help: "Latency.", buckets: [0.1, 0.2, 0.4], in: bench.registry)
        bench.record(seconds: 60) { second in
            for _ in 0..<4 { latency.observe(second % 2 == 0 ? 0.05 : 0.3) }
        }
        let even = try #require(try await bench.document("range=1m").series("latency_seconds")?.h)
        #expect(even.count == 4)
        #expect(even[0].suffix(2) == [4, 4])
        // Linear within the bucket, as histogram_quantile has it.
        #expect(even[1].suffix(2) == [0.05, 0.3])
        #expect(even[3].suffix(2) == [0.099, 0.398])
        let hour = try #require(try await bench.document("range=1h").series("latency_seconds")?.h)
        #expect(abs((hour[1].last.flatMap { $0 } ?? 0) - 0.2) < 0.1)
        // Without observations there is no quantile, and the rate is zero.
        bench.record(seconds: 1)
        let none = try #require(try await bench.document("range=1m").series("latency_seconds")?.h)
        #expect(none[0].last == .some(0))
        #expect(none[1].last == .some(nil))
    }

    @Test func aCounterThatRestartsNeverFalls() async throws {
        let bench = Bench(history: PageHistory())
        let events = Family<Name, Counter>("events_total", help: "Events.", in: bench.registry)
        bench.record(seconds: 10) { _ in events.increment(by: 100, for: Name(name: "a")) }
        events.remove(Name(name: "a"))
        bench.record(seconds: 2)
        bench.record(seconds: 10) { _ in events.increment(by: 7, for: Name(name: "a")) }
        let points = try #require(try await bench.document("range=1m").series("events_total", ["a"])?.h?.first)
        #expect(points.compactMap { $0 }.allSatisfy { $0 >= 0 })
        #expect(points.suffix(9) == Array(repeating: 7, count: 9))
        #expect(points[points.count - 12..<points.count - 9].allSatisfy { $0 == nil })
    }

    @Test func aClockThatStepsNeitherTrapsNorWipesTheHistory() async throws {
        let bench = Bench(history: PageHistory())
        let gauge = Gauge("depth", help: "Depth.", in: bench.registry)
        gauge.set(1)
        bench.record(seconds: 30)
        bench.clock.advance(by: .seconds(-20))
        for _ in 0..<5 { bench.page.record() }
        #expect(try await bench.document("range=1m").series("depth")?.h?.first?.compactMap { $0 }.count == 30)
        // Ten seconds after it has caught up, the hole is a gap.
        bench.clock.advance(by: .seconds(30))
        bench.page.record()
        let points = try #require(try await bench.document("range=1m").series("depth")?.h?.first)
        #expect(points.suffix(11) == [1] + Array(repeating: nil, count: 9) + [1])
        for step in [Duration.seconds(3_000_000_000), .seconds(Int64.max / 2), .seconds(Int64.min / 2)] {
            bench.clock.advance(by: step)
            bench.page.record()
            for range in ["1m", "1h", "24h", "7d"] { _ = try await bench.document("range=\(range)") }
        }
    }

    @Test func seriesThatComeAndGoLeaveRoomForOthers() async throws {
        let bench = Bench(history: PageHistory(maxCurves: 20))
        let events = Family<Name, Counter>("events_total", help: "Events.", in: bench.registry)
        let steady = Counter("steady_total", help: "Steady.", in: bench.registry)
        for round in 0..<50 {
            bench.record(seconds: 1) { _ in
                steady.increment()
                for index in 0..<9 { events.increment(for: Name(name: "\(round) \(index)")) }
            }
            for index in 0..<9 { events.remove(Name(name: "\(round) \(index)")) }
        }
        let document = try await bench.document("range=1m")
        #expect(document.history?.omitted == 0)
        #expect(document.history?.series ?? 0 <= 20)
        #expect(document.series("steady_total")?.h?.first?.compactMap { $0 }.count == 49)
    }

    @Test func theLimitOmitsTheRegistrysOwnSeriesFirstAndSaysSo() async throws {
        let bench = Bench(history: PageHistory(maxCurves: 3), ownMetrics: true)
        let counters = (0..<3).map {
            try? Counter(validating: "zebra_\($0)_total", help: "Zebras.", in: bench.registry)
        }
        bench.record(seconds: 2) { _ in for counter in counters { counter?.increment() } }
        let document = try await bench.document("range=1m")
        #expect(document.history?.series == 3)
        #expect(document.history?.omitted ?? 0 > 0)
        for index in 0..<3 { #expect(document.series("zebra_\(index)_total")?.h != nil) }
    }

    @Test func aFamilyThatChangesItsShapeBeginsAnew() async throws {
        let bench = Bench(history: PageHistory())
        _ = Histogram("sizes", help: "Sizes.", buckets: [1, 2, 3], in: bench.registry)
        bench.record(seconds: 3)
        bench.registry.unregister("sizes")
        let gauge = Gauge("sizes", help: "Sizes.", in: bench.registry)
        gauge.set(4)
        bench.record(seconds: 2)
        #expect(try await bench.document("range=1m").series("sizes")?.h?.first?.suffix(2) == [4, 4])
    }

    @Test func theHistoryRecordsByItsOwnTimer() async throws {
        let clock = ManualClock()
        let registry = MetricRegistry(clock: clock, ownMetrics: false)
        let gauge = Gauge("depth", help: "Depth.", in: registry)
        gauge.set(3)
        let page = StatusPage(registry: registry, history: PageHistory(), clock: clock)
        for second in 1...3 {
            try await clock.waitForSleepers(1)
            clock.advance(by: .milliseconds(1_010))
            while page.recorder?.read({ $0.second }) != second { await Task.yield() }
        }
        #expect(page.recorder?.read { $0.count } == 1)
    }
}
