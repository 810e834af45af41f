#if SwiftMetrics
import CoreMetrics
import Tally
import TallySwiftMetrics
import TallyTesting
import Testing

/// Labels whose names are taken.
struct ConflictTests {
    private let registry = MetricRegistry()

    private func reasons(_ factory: TallyMetricsFactory) -> [String] {
        factory.rejected.map { "\($0.reason) \($0.label) \($0.count)" }
    }

    @Test func aCollisionGetsAStableSuffix() throws {
        for _ in 0..<2 {
            let registry = MetricRegistry()
            let factory = TallyMetricsFactory(registry: registry)
            for (index, label) in ["a.b", "a-b", "a.b", "a-b"].enumerated() {
                factory.makeCounter(label: label, dimensions: [("x", "\(index)")]).increment(by: 1)
                factory.makeTimer(label: label, dimensions: []).recordNanoseconds(1)
            }
            #expect(try registry.samples(of: "a_b_total").count == 2)
            #expect(try registry.samples(of: "a_b_e27efb9a_total").count == 2)
            #expect(try registry.histogram(of: "a_b_e27efb9a_seconds")?.count == 2)
            #expect(reasons(factory) == ["name_collision a-b 2"])
        }
    }

    @Test func theFirstKindOfALabelWins() throws {
        let factory = TallyMetricsFactory(registry: registry)
        factory.makeMeter(label: "thing", dimensions: []).set(1.0)
        for _ in 0..<3 { factory.makeCounter(label: "thing", dimensions: []).increment(by: 5) }
        factory.makeRecorder(label: "thing", dimensions: [], aggregate: true).record(5.0)
        #expect(try registry.value(of: "thing") == 1)
        #expect(try registry.parsed().samples.filter { $0.name.hasPrefix("thing") }.count == 1)
        #expect(reasons(factory) == ["kind thing 4"])
    }

    @Test func aMetricOfTheHostIsLeftAlone() throws {
        let hits = Tally.Counter("hits_total", help: "Hits.", in: registry)
        hits.increment(by: 7)
        let factory = TallyMetricsFactory(registry: registry)
        factory.makeCounter(label: "hits", dimensions: []).increment(by: 5)
        factory.makeMeter(label: "hits_total", dimensions: []).set(5.0)
        #expect(try registry.samples(of: "hits_total").map(\.value) == [7])
        #expect(reasons(factory) == ["kind hits 1", "kind hits_total 1"])
    }

    @Test func aLaterMetricOfTheHostTakesTheName() throws {
        let factory = TallyMetricsFactory(registry: registry)
        let old = factory.makeCounter(label: "hits", dimensions: [("a", "b")])
        old.increment(by: 5)
        let hits = Tally.Counter("hits_total", help: "Hits.", in: registry)
        hits.increment(by: 7)
        old.increment(by: 1)
        factory.makeCounter(label: "hits", dimensions: [("a", "c")]).increment(by: 1)
        factory.destroyCounter(old)
        old.increment(by: 1)
        #expect(try registry.samples(of: "hits_total").map(\.value) == [7])
        #expect(reasons(factory) == ["kind hits 2"])
    }

    @Test func anUnregisteredMetricStaysAway() throws {
        let factory = TallyMetricsFactory(registry: registry)
        factory.makeCounter(label: "hits", dimensions: [("a", "b")]).increment(by: 5)
        registry.unregister("hits_total")
        factory.makeCounter(label: "hits", dimensions: [("a", "b")]).increment(by: 5)
        factory.makeCounter(label: "hits", dimensions: [("a", "c")]).increment(by: 5)
        #expect(try registry.samples(of: "hits_total").isEmpty)
    }

    @Test func aSecondFactoryDoesNotShareSeries() throws {
        let one = TallyMetricsFactory(registry: registry)
        let other = TallyMetricsFactory(registry: registry)
        one.makeCounter(label: "hits", dimensions: []).increment(by: 5)
        other.makeCounter(label: "hits", dimensions: []).increment(by: 2)
        #expect(try registry.value(of: "hits_total") == 5)
        #expect(reasons(other) == ["kind hits 1"])
        #expect(try registry.value(of: "tally_swift_metrics_rejected_total", labels: ["reason": "kind"]) == 1)
    }
}
#endif
