import Foundation
import TallyTesting
import Testing

@testable import Tally

/// Families whose values are computed at each scrape.
struct CollectorTests {
    /// A collector with a closure as its body.
    private struct Collector: MetricCollector {
        var families: [CollectedFamily]
        var body: @Sendable (inout CollectedSamples) throws -> Void

        func collect(into samples: inout CollectedSamples) throws { try body(&samples) }
    }

    private struct Broken: Error {}

    private let connections = CollectedFamily.gauge("pool_connections", help: "Connections.", labelNames: ["state"])
    private let queries = CollectedFamily.counter("pool_queries", help: "Queries.")
    private let registry = MetricRegistry(clock: ManualClock())

    private func rejected(_ reason: String) throws -> Double? {
        try registry.value(of: "tally_rejected_updates_total", labels: ["reason": reason])
    }

    private func errors(_ family: String) throws -> Double? {
        try registry.value(of: "tally_scrape_errors_total", labels: ["family": family])
    }

    @Test
    func collectorsRunAtEachScrape() throws {
        let queries = queries
        let connections = connections
        let state = Holder(1)
        registry.register(
            Collector(families: [connections, queries]) { samples in
                samples.set(connections, ["idle"], to: state.value)
                if state.value == 1 { samples.set(connections, ["busy"], to: 0.5) }
                samples.set(queries, to: state.value)
            }
        )
        try registry.expect(
            text: """
                # HELP pool_connections Connections.
                # TYPE pool_connections gauge
                pool_connections{state="idle"} 1
                pool_connections{state="busy"} 0.5
                # HELP pool_queries_total Queries.
                # TYPE pool_queries_total counter
                pool_queries_total 1
                """
        )
        // Series that are no longer set disappear. Totals may fall, because they are kept elsewhere.
        state.value = 0
        try registry.expect(text: "pool_connections{state=\"idle\"} 0\npool_queries_total 0")
    }

    @Test
    func aFailingCollectorAffectsOnlyItsOwnFamilies() throws {
        let connections = connections
        let fails = Holder(true)
        registry.register(
            Collector(families: [connections, queries]) { samples in
                samples.set(connections, ["idle"], to: 3)
                if fails.value { throw Broken() }
            }
        )
        Counter("other_total", help: "", in: registry).increment()
        try registry.expect(text: "other_total 1")
        // One error per scrape: this is the second scrape, and the next line the third.
        #expect(try errors("pool_connections") == 2)
        #expect(try errors("pool_queries_total") == 3)
        fails.value = false
        try registry.expect(text: "other_total 1\npool_connections{state=\"idle\"} 3")
    }

    @Test
    func collectorsRunOnlyForRequestedFamilies() throws {
        let asked = Holder(0)
        registry.register(Collector(families: [connections, queries]) { _ in asked.value += 1 })
        Counter("other_total", help: "", in: registry).increment()
        _ = registry.exposition(for: ScrapeRequest(names: ["other_total"]))
        #expect(asked.value == 0)
        _ = registry.exposition(for: ScrapeRequest(names: ["pool_connections", "pool_queries_total"]))
        #expect(asked.value == 1)
    }

    @Test
    func collectorsDoNotStartPastTheDeadline() throws {
        let clock = ManualClock()
        let registry = MetricRegistry(clock: clock)
        let asked = Holder(0)
        let slow = CollectedFamily.gauge("a_slow", help: "")
        let late = CollectedFamily.gauge("b_late", help: "")
        registry.register(
            Collector(families: [slow]) { samples in
                clock.advance(by: .seconds(2))
                samples.set(slow, to: 1)
            }
        )
        registry.register(Collector(families: [late]) { _ in asked.value += 1 })
        let text = String(decoding: registry.exposition(for: ScrapeRequest(timeout: .seconds(1))).body, as: UTF8.self)
        #expect(text.contains("a_slow 1\n"))
        #expect(asked.value == 0)
        #expect(text.contains("tally_scrape_errors_total{family=\"b_late\"} 1"))
    }

    @Test
    func aCollectorMayScrapeItsOwnRegistry() throws {
        let registry = registry
        let queries = queries
        registry.register(
            Collector(families: [queries]) { samples in
                samples.set(queries, to: registry.exposition().body.count > 0 ? 1 : 0)
            }
        )
        #expect(try registry.value(of: "pool_queries_total") == 1)
        #expect(try errors("pool_queries_total") == 2)
    }

    @Test
    func histogramsAreSetByBucketCounts() throws {
        let sizes = CollectedFamily.histogram("sizes", help: "", labelNames: ["kind"], buckets: [1, 2, .infinity])
        registry.register(
            Collector(families: [sizes]) { samples in
                samples.set(sizes, ["a"], counts: [1, 2, 3], sum: 12.5)
                samples.set(sizes, ["b"], counts: [1, 2], sum: 1)
                samples.set(sizes, ["c"], counts: [1, -2, 3], sum: 1)
                samples.set(sizes, ["d"], to: 1)
            }
        )
        try registry.expect(
            text: """
                sizes_bucket{kind="a",le="1.0"} 1
                sizes_bucket{kind="a",le="2.0"} 3
                sizes_bucket{kind="a",le="+Inf"} 6
                sizes_sum{kind="a"} 12.5
                sizes_count{kind="a"} 6
                """
        )
        #expect(try rejected("not_collected") == 4)
        #expect(try rejected("negative") == 3)
    }

    @Test
    func invalidValuesAreRejectedWithAReason() throws {
        let connections = connections
        let queries = queries
        let seconds = CollectedFamily.floatCounter("busy_seconds", help: "")
        registry.register(
            Collector(families: [connections, queries, seconds]) { samples in
                samples.set(queries, to: -1)
                samples.set(queries, to: -0.5)
                samples.set(queries, to: .nan)
                samples.set(queries, to: 1e30)
                samples.set(seconds, to: .infinity)
                samples.set(connections, [], to: 1)
                samples.set(connections, ["idle", "more"], to: 1)
                samples.set(.gauge("unknown", help: ""), to: 1)
            }
        )
        try registry.expect(text: "")
        #expect(try rejected("negative") == 4)
        #expect(try rejected("not_finite") == 9)
        #expect(try rejected("label_count") == 8)
        #expect(try rejected("not_collected") == 5)
    }

    @Test
    func integersStayExactAndFractionsAreTruncated() throws {
        let queries = queries
        let exact = CollectedFamily.counter("exact", help: "", labelNames: ["n"])
        registry.register(
            Collector(families: [queries, exact]) { samples in
                samples.set(queries, to: 2.75)
                samples.set(exact, ["max"], to: Int.max)
            }
        )
        #expect(try registry.valueText(of: "pool_queries_total") == "2")
        #expect(try registry.valueText(of: "exact_total", labels: ["n": "max"]) == "9223372036854775807")
    }

    @Test
    func labelSetsPastTheLimitShareOneChild() throws {
        let limited = CollectedFamily.counter("limited", help: "", labelNames: ["n"], maxChildren: 2)
        registry.register(
            Collector(families: [limited]) { samples in
                for index in 0..<5 { samples.set(limited, ["\(index)"], to: 10 + index) }
                // The last value of a label set wins.
                samples.set(limited, ["0"], to: 7)
            }
        )
        let text = "limited_total{n=\"0\"} 7\nlimited_total{n=\"1\"} 11\nlimited_total{n=\"other\"} 39"
        try registry.expect(text: text)
        try registry.expect(text: text)
        // Three per scrape: the total does not fall although each scrape has new storage.
        #expect(try registry.value(of: "tally_family_overflow_total", labels: ["family": "limited_total"]) == 9)
        // An estimate under a random seed: two of three share a register once in 340 runs.
        let estimate = try registry.value(of: "tally_family_overflow_label_sets", labels: ["family": "limited_total"])
        #expect([2, 3].contains(estimate))
    }

    @Test(arguments: [["other", "a", "b", "c"], ["a", "b", "c", "other"], ["a", "b", "other", "c"]])
    func aLabelValueNamedLikeTheOverflowChildLosesNothing(_ values: [String]) throws {
        let limited = CollectedFamily.counter("limited", help: "", labelNames: ["n"], maxChildren: 2)
        registry.register(
            Collector(families: [limited]) { samples in
                for value in values { samples.set(limited, [value], to: 10) }
            }
        )
        #expect(try registry.samples(of: "limited_total").map(\.value).reduce(0, +) == 40)
    }

    @Test
    func aFamilyMayBeNamedWithAndWithoutItsSuffix() throws {
        let one = CollectedFamily.counter("jobs", help: "", labelNames: ["queue"], maxChildren: 1)
        let other = CollectedFamily.counter("jobs_total", help: "", labelNames: ["queue"], maxChildren: 1)
        registry.register(
            Collector(families: [one, other]) { samples in
                samples.set(one, ["mail"], to: 1)
                samples.set(other, ["sms"], to: 2)
            }
        )
        try registry.expect(text: "jobs_total{queue=\"mail\"} 1\njobs_total{queue=\"other\"} 2")
        // One per scrape; this is the second.
        #expect(try registry.value(of: "tally_family_overflow_total", labels: ["family": "jobs_total"]) == 2)
    }

    // MARK: Registration

    @Test
    func aConflictRegistersNoneOfTheFamilies() throws {
        Counter("taken_total", help: "", in: registry).increment()
        let error = #expect(throws: RegistrationError.self) {
            try registry.register(
                validating: Collector(families: [connections, .gauge("taken_total", help: "")]) { _ in }
            )
        }
        #expect(error?.code == .conflictingDefinition)
        #expect(try registry.samples(of: "pool_connections").isEmpty)
        #expect(throws: Never.self) {
            try Gauge(validating: "pool_connections", help: "Mine.", in: registry)
        }
    }

    @Test
    func anInvalidFamilyLeavesTheEarlierCollectorInPlace() throws {
        let queries = queries
        registry.register(Collector(families: [queries]) { $0.set(queries, to: 1) })
        #expect(throws: RegistrationError.self) {
            try registry.register(
                validating: Collector(families: [queries, .gauge("no-name", help: "")]) { $0.set(queries, to: 2) }
            )
        }
        try registry.expect(text: "pool_queries_total 1")
    }

    @Test
    func aLaterCollectorReplacesOneWithTheSameFamilies() throws {
        let queries = queries
        registry.register(Collector(families: [queries]) { $0.set(queries, to: 1) })
        registry.register(Collector(families: [queries]) { $0.set(queries, to: 2) })
        try registry.expect(text: "pool_queries_total 2")
        // A counter with handles conflicts with a collected one.
        let error = #expect(throws: RegistrationError.self) {
            try Counter(validating: "pool_queries", help: "Queries.", in: registry)
        }
        #expect(error?.code == .conflictingDefinition)
        #expect(registry.unregister("pool_queries_total"))
        try registry.expect(text: "")
    }

    @Test
    func invalidFamilyNamesTrap() async {
        await #expect(processExitsWith: .failure) {
            MetricRegistry().register(Collector(families: [.gauge("no-name", help: "")]) { _ in })
        }
    }
}
