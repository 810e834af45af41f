import TallyTesting
import Testing

@testable import Tally

/// Collectors' invalid and overflowing values are treated like those of every other source.
struct CollectedValueTests {
    private struct Collector: MetricCollector {
        var families: [CollectedFamily]
        var body: @Sendable (inout CollectedSamples) -> Void

        func collect(into samples: inout CollectedSamples) { body(&samples) }
    }

    private let registry = MetricRegistry(clock: ManualClock())

    private func collect(_ families: CollectedFamily..., body: @escaping @Sendable (inout CollectedSamples) -> Void) {
        registry.register(Collector(families: families, body: body))
    }

    /// The number of rejected updates after one more scrape.
    private func rejected(_ reason: String) throws -> Double? {
        try registry.value(of: "tally_rejected_updates_total", labels: ["reason": reason])
    }

    /// The lines of a family. The strict parser has to accept the expositions first.
    private func lines(_ name: String) throws -> [String] {
        for format in [ExpositionFormat.prometheusText, .openMetrics] {
            let parser = ExpositionParser(format == .openMetrics ? .openMetrics : .prometheusText)
            _ = try parser.parse(registry.exposition(as: format).body)
        }
        return registry.text.split(separator: "\n").map(String.init).filter { $0.hasPrefix(name) }
    }

    // MARK: Histograms

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func aNonFiniteSumIsDroppedWithItsCounts(_ sum: Double) throws {
        let wait = CollectedFamily.histogram("wait", help: "", buckets: [1])
        collect(wait) { $0.set(wait, counts: [1, 2], sum: sum) }
        #expect(try lines("wait") == [])
        #expect(try rejected("not_finite") == 4, "once per scrape")
    }

    @Test(arguments: [[Int.max, .max, .max], [.max, 1, 0], [0, 1, .max]])
    func countsWithAnOverflowingTotalAreDropped(_ counts: [Int]) throws {
        let wait = CollectedFamily.histogram("wait", help: "", buckets: [1, 2])
        collect(wait) { $0.set(wait, counts: counts, sum: 1) }
        #expect(try lines("wait") == [])
        #expect(try rejected("not_finite") == 4)
    }

    @Test(arguments: [[1], [1, 2, 3], (1...400).map(Double.init)] as [[Double]])
    func countsForUnregisteredBucketsAreDropped(_ bounds: [Double]) throws {
        let wait = CollectedFamily.histogram("wait", help: "", buckets: [1, 2])
        let other = CollectedFamily.histogram("wait", help: "", buckets: Buckets(bounds))
        collect(wait) { $0.set(other, counts: Array(repeating: 1, count: bounds.count + 1), sum: 1) }
        #expect(try lines("wait") == [])
        #expect(try rejected("not_collected") == 4)
    }

    @Test func valuesOfAnUnregisteredKindAreDropped() throws {
        let families: [CollectedFamily] = [
            .counter("c_total", help: ""), .floatCounter("f_total", help: ""), .gauge("g", help: ""),
        ]
        registry.register(
            Collector(families: families) { samples in
                for name in ["c_total", "f_total", "g"] {
                    samples.set(.histogram(name, help: "", buckets: [1, 2]), counts: [1, 1, 1], sum: 1)
                }
                samples.set(.gauge("c_total", help: ""), to: -1.5)
                samples.set(.gauge("f_total", help: ""), to: 2)
                samples.set(.counter("g", help: ""), to: 3)
            }
        )
        for name in ["c_total", "f_total", "g"] { #expect(try lines(name) == []) }
        #expect(try rejected("not_collected") == 60, "six in each of ten scrapes")
    }

    @Test func countsUpToTheLargestIntegerAreKept() throws {
        let wait = CollectedFamily.histogram("wait", help: "", buckets: [1])
        collect(wait) { $0.set(wait, counts: [.max - 1, 1], sum: 1) }
        #expect(
            try lines("wait") == [
                #"wait_bucket{le="1.0"} \#(Int.max - 1)"#, #"wait_bucket{le="+Inf"} \#(Int.max)"#, "wait_sum 1",
                "wait_count \(Int.max)",
            ]
        )
    }

    @Test func bucketsOfTheOverflowChildSaturate() throws {
        let wait = CollectedFamily.histogram("wait", help: "", labelNames: ["n"], buckets: [1], maxChildren: 1)
        collect(wait) { samples in
            for name in ["own", "a", "b", "c"] { samples.set(wait, [name], counts: [.max / 2, 5], sum: 1e308) }
        }
        let shared = try lines("wait").filter { $0.contains("other") }
        #expect(
            shared == [
                #"wait_bucket{n="other",le="1.0"} \#(Int.max - 5)"#, #"wait_bucket{n="other",le="+Inf"} \#(Int.max)"#,
                #"wait_sum{n="other"} \#(Double.greatestFiniteMagnitude)"#, #"wait_count{n="other"} \#(Int.max)"#,
            ]
        )
    }

    // MARK: Totals

    @Test(arguments: [0x1p63, 1e19])
    func aTotalPastTheLargestIntegerSaturates(_ value: Double) throws {
        let jobs = CollectedFamily.counter("jobs", help: "")
        collect(jobs) { $0.set(jobs, to: value) }
        #expect(try lines("jobs") == ["jobs_total \(Int.max)"])
    }

    @Test func totalsOfTheOverflowChildSaturate() throws {
        let jobs = CollectedFamily.counter("jobs", help: "", labelNames: ["n"], maxChildren: 1)
        let work = CollectedFamily.floatCounter("work", help: "", labelNames: ["n"], maxChildren: 1)
        collect(jobs, work) { samples in
            for name in ["own", "a", "b", "c"] {
                samples.set(jobs, [name], to: Int.max)
                samples.set(work, [name], to: 1.5e308)
            }
        }
        #expect(try lines("jobs").last == #"jobs_total{n="other"} \#(Int.max)"#)
        #expect(try lines("work").last == #"work_total{n="other"} \#(Double.greatestFiniteMagnitude)"#)
    }

    @Test(arguments: [(Double.nan, "not_finite"), (.infinity, "not_finite"), (-1, "negative")])
    func invalidTotalsAreDroppedFromEverySource(_ value: Double, _ reason: String) throws {
        let jobs = CollectedFamily.counter("jobs", help: "")
        let work = CollectedFamily.floatCounter("work", help: "")
        collect(jobs, work) { samples in
            samples.set(jobs, to: value)
            samples.set(work, to: value)
        }
        let mirrored = try MirroredFamily("seen_total", help: "", .total, in: registry)
        mirrored.set(value)
        let counted = try MirroredFamily("ticks_total", help: "", .counter, in: registry)
        counted.add(2)
        counted.add(value)
        #expect(try lines("jobs") == [])
        #expect(try lines("work") == [])
        #expect(try lines("seen") == [])
        #expect(try lines("ticks") == ["ticks_total 2"])
        #expect(try rejected(reason) == Double(2 + 2 * 13))
    }

    @Test func aTotalOfNegativeZeroIsExposedAsZero() throws {
        let work = CollectedFamily.floatCounter("work", help: "")
        collect(work) { $0.set(work, to: -0.0) }
        #expect(try lines("work") == ["work_total 0"])
    }

    // MARK: Gauges

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func theOverflowChildOfAGaugeSkipsNonFiniteValues(_ value: Double) throws {
        let load = CollectedFamily.gauge("load", help: "", labelNames: ["n"], maxChildren: 1)
        collect(load) { samples in
            samples.set(load, ["own"], to: value)
            samples.set(load, ["a"], to: 2)
            samples.set(load, ["b"], to: value)
            samples.set(load, ["c"], to: 3)
        }
        let text = value.isNaN ? "NaN" : value > 0 ? "+Inf" : "-Inf"
        #expect(try lines("load") == [#"load{n="own"} \#(text)"#, #"load{n="other"} 5"#])
        #expect(try rejected("not_finite") == 4)
    }

    @Test func anOverflowChildWithoutAValueIsNotExposed() throws {
        let load = CollectedFamily.gauge("load", help: "", labelNames: ["n"], maxChildren: 1)
        collect(load) { samples in
            samples.set(load, ["own"], to: 1)
            samples.set(load, ["a"], to: .nan)
        }
        #expect(try lines("load") == [#"load{n="own"} 1"#])
    }

    @Test func aChildNamedLikeTheOverflowChildKeepsItsValue() throws {
        let load = CollectedFamily.gauge("load", help: "", labelNames: ["n"], maxChildren: 1)
        collect(load) { samples in
            samples.set(load, ["other"], to: 1)
            samples.set(load, ["a"], to: .nan)
        }
        #expect(try lines("load") == [#"load{n="other"} 1"#])
    }
}
