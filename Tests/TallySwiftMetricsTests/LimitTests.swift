#if SwiftMetrics
import CoreMetrics
import Tally
import TallySwiftMetrics
import TallyTesting
import Testing

/// The limits of a factory, and the report of what exceeds them.
@Suite(.timeLimit(.minutes(10)))
struct LimitTests {
    private let registry = MetricRegistry()

    private func rejected(_ reason: String) throws -> Double? {
        try registry.value(of: "tally_swift_metrics_rejected_total", labels: ["reason": reason])
    }

    @Test func everyReasonIsExposedFromTheStart() throws {
        let factory = TallyMetricsFactory(registry: registry)
        let samples = try registry.samples(of: "tally_swift_metrics_rejected_total")
        #expect(
            samples.compactMap { $0[label: "reason"] } == [
                "kind", "name_collision", "name", "dimensions", "labels", "buckets", "negative", "not_finite",
            ]
        )
        #expect(samples.allSatisfy { $0.value == 0 })
        #expect(factory.rejected.isEmpty)
    }

    @Test func allShapesShareOneLimit() throws {
        let factory = TallyMetricsFactory(registry: registry, maxChildren: 10)
        for index in 0..<50 {
            factory.makeCounter(label: "hits", dimensions: [("a", "\(index)")]).increment(by: 1)
            factory.makeCounter(label: "hits", dimensions: [("b", "\(index)")]).increment(by: 1)
        }
        let samples = try registry.samples(of: "hits_total")
        #expect(samples.count == 12)
        #expect(samples.reduce(0) { $0 + $1.value } == 100)
        let overflow = try registry.value(of: "tally_family_overflow_total", labels: ["family": "hits_total"])
        #expect(overflow == 90)
        // Series that exist are found even so, and a destroyed one makes room.
        let first = factory.makeCounter(label: "hits", dimensions: [("a", "0")])
        first.increment(by: 1)
        #expect(try registry.value(of: "hits_total", labels: ["a": "0"]) == 2)
        for _ in 0..<2 { factory.destroyCounter(first) }
        factory.makeCounter(label: "hits", dimensions: [("c", "new")]).increment(by: 1)
        #expect(try registry.value(of: "hits_total", labels: ["c": "new"]) == 1)
        // The destroyed one cannot come back now, but its updates are not lost.
        first.increment(by: 5)
        #expect(try registry.value(of: "hits_total", labels: ["a": "other"]) == 50)
    }

    @Test func aMetricHasAtMost64Shapes() throws {
        let factory = TallyMetricsFactory(registry: registry)
        for index in 0..<100 {
            factory.makeCounter(label: "hits", dimensions: [("l\(index)", "x")]).increment(by: 1)
        }
        #expect(try registry.samples(of: "hits_total").count == 64)
        #expect(try rejected("dimensions") == 36)
        #expect(factory.rejected.map(\.count) == [36])
    }

    @Test func thereAreAtMost10000Labels() throws {
        let factory = TallyMetricsFactory(registry: registry)
        for index in 0..<10_005 { factory.makeMeter(label: "m\(index)", dimensions: []).set(1.0) }
        #expect(try rejected("labels") == 5)
        #expect(factory.rejected.count == 5)
        factory.makeMeter(label: "m0", dimensions: [("a", "b")]).set(1.0)
        #expect(try registry.samples(of: "m0").count == 2)
    }

    @Test func tooLongNamesAndTooManyDimensionsAreRefused() throws {
        let factory = TallyMetricsFactory(registry: registry)
        let long = String(repeating: "x", count: 1_020)
        for label in [long, long + "yyyyy"] { factory.makeCounter(label: label, dimensions: []).increment(by: 1) }
        #expect(try rejected("name") == 2)
        let hits = { factory.makeCounter(label: "hits", dimensions: $0).increment(by: 1) }
        hits((0..<65).map { ("l\($0)", "x") })
        hits((0..<300).map { ("l\($0 % 2)", "x") })
        hits([(long + "yyyyy", "x")])
        hits([("__" + long, "x")])
        #expect(try rejected("dimensions") == 4)
        // Valid dimensions of the same label work nevertheless.
        hits((0..<200).map { ("l\($0 % 2)", "\($0)") })
        #expect(try registry.samples(of: "hits_total").map(\.series) == [#"hits_total{l0="198",l1="199"}"#])
        hits([("v", String(repeating: "é", count: 600))])
        hits([("v", String(repeating: "é", count: 700))])
        #expect(try registry.samples(of: "hits_total").map(\.value) == [1, 2])
    }

    @Test func theReportIsLimited() {
        let factory = TallyMetricsFactory(registry: registry)
        for index in 0..<200 {
            let hits = factory.makeCounter(label: "hits\(index)", dimensions: [])
            for _ in 0..<2 { hits.increment(by: -1) }
        }
        #expect(factory.rejected.count == 100)
        #expect(factory.rejected.allSatisfy { $0.count == 2 && $0.reason == .negative })
    }

    @Test func invalidUpdatesAreCounted() throws {
        let factory = TallyMetricsFactory(registry: registry)
        factory.makeCounter(label: "a", dimensions: []).increment(by: -1)
        factory.makeTimer(label: "b", dimensions: []).recordNanoseconds(-1)
        factory.makeMeter(label: "c", dimensions: []).decrement(by: -1)
        for value in [Double.nan, .infinity] {
            factory.makeFloatingPointCounter(label: "d", dimensions: []).increment(by: value)
            factory.makeMeter(label: "e", dimensions: []).increment(by: value)
            factory.makeRecorder(label: "f", dimensions: [], aggregate: true).record(value)
        }
        #expect(try rejected("negative") == 3)
        #expect(try rejected("not_finite") == 6)
        #expect(try registry.value(of: "tally_rejected_updates_total", labels: ["reason": "negative"]) == 0)
        #expect(
            factory.rejected.map { "\($0.reason) \($0.label) \($0.count)" } == [
                "negative a 1", "negative b 1", "negative c 1", "not_finite d 2", "not_finite e 2", "not_finite f 2",
            ]
        )
    }

    @Test func aRegistryWithoutOwnMetricsHasOnlyTheReport() {
        let registry = MetricRegistry(ownMetrics: false)
        let factory = TallyMetricsFactory(registry: registry)
        factory.makeCounter(label: "a", dimensions: []).increment(by: -1)
        #expect(factory.rejected.map(\.label) == ["a"])
        let text = String(decoding: registry.exposition().body, as: UTF8.self)
        #expect(!text.contains("rejected"))
    }

    @Test func aHostMayOwnTheNameOfTheTotals() throws {
        _ = Tally.Gauge("tally_swift_metrics_rejected_total", help: "", in: registry)
        let factory = TallyMetricsFactory(registry: registry)
        factory.makeCounter(label: "a", dimensions: []).increment(by: -1)
        #expect(factory.rejected.count == 1)
    }
}
#endif
