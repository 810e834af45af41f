import Tally
import TallyPage
import TallyTesting
import Testing

@testable import TallyPage

/// Histories of series that appear and disappear, of too many series, and of values without a finite mean.
struct HistorySeriesTests {
    private struct Name: LabelSet {
        var name: String
        static let schema: [Label<Self>] = [Label("name", \.name)]
    }

    @Test(.timeLimit(.minutes(10)))
    func theLimitCostsNoSearchForEachSeriesThatItOmits() async throws {
        let bench = Bench(history: PageHistory(maxCurves: 1_000))
        let depths = Family<Name, Gauge>("depth", help: "Depth.", maxChildren: 20_000, in: bench.registry)
        for index in 0..<10_000 { depths.set(1, for: Name(name: "\(index)")) }
        bench.record(seconds: 30)
        let history = try #require(try await bench.document().history)
        #expect(history.series == 1_000)
        #expect(history.omitted == 9_000)
    }

    @Test func seriesOfIncludedRegistriesHaveHistoriesOfTheirOwn() async throws {
        let bench = Bench(history: PageHistory())
        let gauges = ["a", "b"].map { name in
            let library = MetricRegistry(clock: bench.clock, constantLabels: ["lib": name], ownMetrics: false)
            bench.registry.include(library)
            return Gauge("depth", help: "Depth.", in: library)
        }
        bench.record(seconds: 3) { _ in for (index, gauge) in gauges.enumerated() { gauge.set(Double(index)) } }
        let families = try await bench.document("range=1m").families
        #expect(families.map { $0.series.first?.h?.first?.suffix(2) } == [[0, 0], [1, 1]])
        let text = await bench.text()
        #expect(text.contains(#"depth{lib="a"} 0"#))
        #expect(text.contains(#"depth{lib="b"} 1"#))
    }

    @Test func limitsOfIncludedRegistriesAreTheirOwn() async throws {
        let bench = Bench()
        for (name, count) in [("a", 12), ("b", 2)] {
            let library = MetricRegistry(clock: bench.clock, constantLabels: ["lib": name], ownMetrics: false)
            bench.registry.include(library)
            let events = Family<Name, Counter>("events_total", help: "Events.", maxChildren: 10, in: library)
            for index in 0..<count { events.increment(for: Name(name: "\(index)")) }
        }
        let families = try await bench.document().limits.families
        #expect(families.map(\.constant) == [#"lib="a""#, #"lib="b""#])
        #expect(families.map(\.lookups) == [2, 0])
    }

    @Test func aSeriesThatComesBackHasNoPointsOfStepsThatItMissed() async throws {
        let bench = Bench(history: PageHistory())
        let depths = Family<Name, Gauge>("depth", help: "Depth.", in: bench.registry)
        // Away from the middle of the first minute to the middle of the third.
        bench.record(seconds: 30) { _ in depths.set(100, for: Name(name: "a")) }
        depths.remove(Name(name: "a"))
        bench.record(seconds: 120)
        bench.record(seconds: 100) { _ in depths.set(1, for: Name(name: "a")) }
        let points = try #require(try await bench.document("range=1h").series("depth", ["a"])?.h?.first)
        #expect(points == [nil, nil, 1, 1])
    }

    @Test func aTotalThatComesBackGrowsFromThen() async throws {
        let bench = Bench(history: PageHistory())
        let source = Wall()
        bench.registry.register(Totals(source: source))
        bench.record(seconds: 30)
        source.isBad = true
        bench.record(seconds: 120)
        // All that was counted meanwhile belongs to no step.
        (source.isBad, source.now) = (false, 70_000)
        bench.record(seconds: 100)
        let points = try #require(try await bench.document("range=1h").series("collected_total")?.h?.first)
        #expect(points == [nil, nil, 0, 0])
    }

    /// A total that fails now and then.
    private struct Totals: MetricCollector {
        struct Failure: Error {}
        static let family = CollectedFamily.counter("collected_total", help: "Collected.")
        let source: Wall
        var families: [CollectedFamily] { [Self.family] }
        func collect(into samples: inout CollectedSamples) throws {
            if source.isBad { throw Failure() }
            samples.set(Self.family, to: source.now)
        }
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func aSecondWithoutAFiniteValueCostsNoMean(_ value: Double) async throws {
        let bench = Bench(history: PageHistory())
        let gauge = Gauge("depth", help: "Depth.", in: bench.registry)
        bench.record(seconds: 61) { gauge.set($0 == 20 ? value : 4) }
        #expect(try await bench.document("range=1h").series("depth")?.h == [[4]])
        // A step of nothing else is a gap.
        bench.record(seconds: 120) { _ in gauge.set(value) }
        #expect(try await bench.document("range=1h").series("depth")?.h?.first?.last == .some(nil))
    }

    @Test func theBucketsOfAHistogramCountTowardsTheLimit() async throws {
        let bench = Bench(history: PageHistory(maxCurves: 10))
        let buckets = (1...160).map(Double.init)
        for name in ["a", "b"] {
            _ = try Histogram(validating: name, help: "Sizes.", buckets: .init(buckets), in: bench.registry)
        }
        bench.record(seconds: 2)
        // Each has four curves, and totals as large as two more.
        let history = try #require(try await bench.document().history)
        #expect(history.series == 1)
        #expect(history.omitted == 1)
    }
}
