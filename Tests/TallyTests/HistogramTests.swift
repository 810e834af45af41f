import TallyTesting
import Testing

@testable import Tally

struct HistogramTests {
    let clock = ManualClock()

    @Test func boundsAreInclusiveAndCountsCumulative() throws {
        let registry = MetricRegistry.bare()
        let histogram = Histogram("size_bytes", help: "Sizes.", buckets: [1, 2.5, 10], in: registry)
        for value in [0, 1, 1.0000001, 2.5, 10, 11, -3] { histogram.observe(value) }
        #expect(
            registry.text == """
                # HELP size_bytes Sizes.
                # TYPE size_bytes histogram
                size_bytes_bucket{le="1.0"} 3
                size_bytes_bucket{le="2.5"} 5
                size_bytes_bucket{le="10.0"} 6
                size_bytes_bucket{le="+Inf"} 7
                size_bytes_sum 22.5000001
                size_bytes_count 7

                """
        )
        #expect(histogram.count == 7)
        #expect(histogram.sum == 22.5000001)
    }

    @Test(arguments: [0, 1, 15, 16, 17, 40, 512])
    func valuesFallIntoTheRightBucketForAnyNumberOfBuckets(_ count: Int) {
        let histogram = Histogram(
            "h",
            help: "H.",
            buckets: .linear(start: 1, width: 1, count: count),
            in: .bare()
        )
        for value in stride(from: -1.0, through: Double(count) + 2, by: 0.5) {
            let expected = (1...max(1, count)).first { Double($0) >= value && $0 <= count }.map { $0 - 1 } ?? count
            #expect(histogram.bucket(of: value) == expected, "\(value)")
        }
    }

    @Test func nonFiniteValuesAreDroppedAndCounted() throws {
        let registry = MetricRegistry()
        let histogram = Histogram("h", help: "H.", buckets: [1], in: registry)
        for value in [Double.nan, .infinity, -.infinity] { histogram.observe(value) }
        #expect(histogram.count == 0 && histogram.sum == 0)
        #expect(try registry.parsed()["tally_rejected_updates_total", ("reason", "not_finite")] == "3")
    }

    @Test func durationsAreObservedInSeconds() {
        let histogram = Histogram("h_seconds", help: "H.", buckets: [0.005, 1], in: .bare())
        histogram.observe(.milliseconds(5))
        histogram.observe(.nanoseconds(5_000_001))
        histogram.observe(.seconds(3))
        #expect(histogram.bucket(of: 0.005) == 0)
        #expect(histogram.count == 3)
        #expect(histogram.sum == 3.010000001)
    }

    @Test func aDurationEqualToABoundFallsIntoItsBucket() {
        let bounds = (1...512).map { Double($0) / 1000 }
        let registry = MetricRegistry.bare()
        let histogram = Histogram("h_seconds", help: "H.", buckets: Buckets(bounds), in: registry)
        for milliseconds in 1...512 { histogram.observe(.milliseconds(milliseconds)) }
        for (index, line) in registry.text.split(separator: "\n").dropFirst(2).prefix(512).enumerated() {
            #expect(line.hasSuffix(" \(index + 1)"), "\(line)")
        }
    }

    @Test func extremeDurationsNeitherTrapNorWrap() {
        let histogram = Histogram("h_seconds", help: "H.", buckets: [1], in: .bare())
        for duration in [
            Duration(secondsComponent: .max, attosecondsComponent: 0),
            Duration(secondsComponent: .min, attosecondsComponent: 0),
            .nanoseconds(Int64.max), .nanoseconds(Int64.min), .zero,
            Duration(secondsComponent: 0, attosecondsComponent: 1),
        ] {
            histogram.observe(duration)
        }
        #expect(histogram.count == 6)
        #expect(histogram.sum.isFinite)
    }

    @Test func theSumOfLongDurationsIsAccurate() {
        let histogram = Histogram("h_seconds", help: "H.", buckets: [1], in: .bare())
        // 63 years, which count as a number, and nearly two years, of which 20 fill the word of nanoseconds.
        for seconds in [2_000_000_000, 60_000_000] {
            for _ in 0..<1000 { histogram.observe(.seconds(seconds)) }
        }
        #expect(abs(histogram.sum / 2.06e12 - 1) < 1e-12)
    }

    @Test func durationsPastSixtyThreeBitsOfSecondsDoNotTrap() {
        let registry = MetricRegistry.bare()
        let histogram = Histogram("h_seconds", help: "H.", buckets: [1], in: registry)
        let counter = FloatCounter("c_seconds_total", help: "C.", in: registry)
        let long = Duration.seconds(Int64.max) + .seconds(Int64.max)
        histogram.observe(long)
        histogram.observe(.zero - long)
        counter.increment(by: long)
        #expect(histogram.count == 2)
        #expect(abs(counter.value / 1.8446744073709552e19 - 1) < 1e-15)
    }

    @Test func extremeClockJumpsDoNotTrap() throws {
        let registry = MetricRegistry(clock: clock)
        let histogram = Histogram("h_seconds", help: "H.", buckets: [1], in: registry)
        let far = Duration(attoseconds: .max)
        histogram.time { clock.advance(by: far) }
        _ = try registry.parsed()
        clock.advance(by: .zero - far)
        clock.advance(by: .zero - far)
        histogram.time {
            clock.advance(by: far)
            clock.advance(by: far)
        }
        #expect(histogram.count == 2)
        #expect(histogram.sum.isFinite)
        _ = try registry.parsed()
    }

    @Test func aSumSaturatesAndMayDecreaseAgain() {
        let histogram = Histogram("h", help: "H.", buckets: [1], in: .bare())
        histogram.observe(.greatestFiniteMagnitude)
        histogram.observe(.greatestFiniteMagnitude)
        #expect(histogram.sum == .greatestFiniteMagnitude)
        histogram.observe(-.greatestFiniteMagnitude)
        #expect(histogram.sum == 0)
    }

    struct Oops: Error {}

    @Test func timingUsesTheRegistrysClockAndCountsFailuresToo() async throws {
        let histogram = Histogram("h_seconds", help: "H.", buckets: [1], in: MetricRegistry(clock: clock))
        let answer = histogram.time { () -> Int in
            clock.advance(by: .seconds(2))
            return 42
        }
        #expect(answer == 42)
        let later = try await histogram.time { () async throws -> Int in
            await Task.yield()
            clock.advance(by: .milliseconds(500))
            return 43
        }
        #expect(later == 43)
        #expect(throws: Oops.self) {
            try histogram.time {
                clock.advance(by: .seconds(1))
                throw Oops()
            }
        }
        #expect(histogram.count == 3)
        #expect(histogram.sum == 3.5)
    }

    @Test func aClockThatGoesBackCountsAsZero() {
        let histogram = Histogram("h_seconds", help: "H.", buckets: [1], in: MetricRegistry(clock: clock))
        histogram.time { clock.advance(by: .seconds(-10)) }
        #expect(histogram.count == 1 && histogram.sum == 0)
    }

    @Test func aHistogramWithoutBoundsHasAnInfinityBucket() throws {
        let registry = MetricRegistry.bare()
        let histogram = Histogram("h", help: "H.", buckets: [], in: registry)
        histogram.observe(3)
        #expect(try registry.parsed()["h_bucket", ("le", "+Inf")] == "1")
        #expect(try registry.parsed()["h_count"] == "1")
    }

    @Test func familyLabelsPrecedeTheBound() {
        let registry = MetricRegistry.bare()
        let family = Family<Route, Histogram>("h", help: "H.", buckets: [1], in: registry)
        family[Route(method: .get, isCached: true)].observe(0.5)
        #expect(
            registry.text == """
                # HELP h H.
                # TYPE h histogram
                h_bucket{method="GET",cached="true",le="1.0"} 1
                h_bucket{method="GET",cached="true",le="+Inf"} 1
                h_sum{method="GET",cached="true"} 0.5
                h_count{method="GET",cached="true"} 1

                """
        )
    }

    @Test func linearAndExponentialBucketsHaveTheExpectedBounds() {
        #expect(Buckets.linear(start: 1, width: 2, count: 3).bounds == [1, 3, 5])
        #expect(Buckets.exponential(start: 1, factor: 10, count: 3).bounds == [1, 10, 100])
        #expect(Buckets.linear(start: 0, width: 1, count: -1).bounds == [])
        #expect(Buckets.linear(start: 0, width: 1, count: .max).bounds.count == 513)
        #expect(Buckets.latency.bounds.count == 11)
    }
}
