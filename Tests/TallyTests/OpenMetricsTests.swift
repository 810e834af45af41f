import TallyTesting
import Testing

@testable import Tally

/// OpenMetrics 1.0.0. https://prometheus.io/docs/specs/om/open_metrics_spec/
struct OpenMetricsTests {
    let wall = Holder(1_520_879_607.7894)
    let registry: MetricRegistry

    init() throws {
        let wall = wall
        registry = try MetricRegistry(clock: ManualClock(), wallSeconds: { wall.value })
    }

    private var openMetrics: String { String(decoding: registry.exposition(as: .openMetrics).body, as: UTF8.self) }

    @Test func everyTypeHasItsHeadersAndTheTextEndsWithEOF() {
        Counter("http_requests", help: "A \"quoted\"\\ help\n.", in: registry).increment(by: 7)
        FloatCounter("work_seconds_total", help: "Work.", in: registry).increment(by: 0.5)
        Gauge("queue_bytes", help: "Queue.", in: registry).set(-.infinity)
        Histogram("delay_seconds", help: "Delay.", buckets: [0.5, 1], in: registry).observe(0.75)
        Info("build", help: "Build.", labels: ["version": "1\"2"], in: registry)
        _ = ActiveUsers("users", help: "Users.", windows: [.hours(1)], in: registry)
        #expect(
            openMetrics == #"""
                # TYPE build info
                # HELP build Build.
                build_info{version="1\"2"} 1
                # TYPE delay_seconds histogram
                # UNIT delay_seconds seconds
                # HELP delay_seconds Delay.
                delay_seconds_bucket{le="0.5"} 0
                delay_seconds_bucket{le="1.0"} 1
                delay_seconds_bucket{le="+Inf"} 1
                delay_seconds_sum 0.75
                delay_seconds_count 1
                # TYPE http_requests counter
                # HELP http_requests A \"quoted\"\\ help\n.
                http_requests_total 7
                # TYPE queue_bytes gauge
                # UNIT queue_bytes bytes
                # HELP queue_bytes Queue.
                queue_bytes -Inf
                # TYPE users gauge
                # HELP users Users. Windows overlap and instances share users: never add counts, merge sketches.
                users{window="1h"} 0
                # TYPE work_seconds counter
                # UNIT work_seconds seconds
                # HELP work_seconds Work.
                work_seconds_total 0.5
                # EOF

                """#
        )
    }

    @Test func anEmptyRegistryIsOnlyTheEOFLine() {
        #expect(openMetrics == "# EOF\n")
    }

    // MARK: Exemplars

    @Test func theLastExemplarOfACounterAndOfEachBucketIsExposed() {
        let counter = Counter("hits_total", help: "Hits.", in: registry)
        counter.increment(exemplar: ["trace_id": "a"])
        counter.increment(by: 3, exemplar: ["trace_id": "b\"\\\n", "span_id": "é"])
        let delay = Histogram("delay", help: "Delay.", buckets: [0.5, 1], in: registry)
        delay.observe(0.25, exemplar: ["trace_id": "c"])
        wall.value += 1
        delay.observe(.milliseconds(700), exemplar: ["trace_id": "d"])
        delay.observe(0.75, exemplar: [:])
        let text = openMetrics
        #expect(text.contains(#"hits_total 4 # {trace_id="b\"\\\n",span_id="é"} 3 1520879607.789"# + "\n"))
        #expect(text.contains(#"delay_bucket{le="0.5"} 1 # {trace_id="c"} 0.25 1520879607.789"# + "\n"))
        #expect(text.contains(#"delay_bucket{le="1.0"} 3 # {} 0.75 1520879608.789"# + "\n"))
        #expect(text.contains(#"delay_bucket{le="+Inf"} 3"# + "\n"))
        // No other format has exemplars.
        #expect(!registry.text.contains("trace_id") && !registry.json.contains("trace_id"))
    }

    @Test(
        arguments: [
            ["trace_id": String(repeating: "x", count: 121)], ["a-b": "c"], ["": "c"],
            ["a": "b", "a": "c"], ["a": "b\u{0}c"], ["a": "b", "c": "\u{0}"],
            ["a": String(repeating: "é", count: 1 << 20)],
        ] as [Exemplar]
    )
    func invalidExemplarsAreDroppedAndCounted(_ exemplar: Exemplar) throws {
        let registry = MetricRegistry()
        let counter = Counter("hits_total", help: "Hits.", in: registry)
        counter.increment(exemplar: exemplar)
        #expect(counter.value == 1)
        #expect(!String(decoding: registry.exposition(as: .openMetrics).body, as: UTF8.self).contains("hits_total 1 #"))
        #expect(try registry.parsed()["tally_rejected_updates_total", ("reason", "exemplar")] == "1")
    }

    @Test func anExemplarOfTheMaximumLengthIsKept() {
        let counter = Counter("hits_total", help: "Hits.", in: registry)
        counter.increment(exemplar: ["trace_id": String(repeating: "\"", count: 120)])
        #expect(openMetrics.contains(String(repeating: "\\\"", count: 120)))
    }

    @Test func rejectedUpdatesLeaveNoExemplar() {
        let counter = Counter("hits_total", help: "Hits.", in: registry)
        counter.increment(by: -1, exemplar: ["trace_id": "a"])
        let delay = Histogram("delay", help: "Delay.", in: registry)
        delay.observe(.nan, exemplar: ["trace_id": "b"])
        #expect(!openMetrics.contains("trace_id"))
    }

    @Test func everySeriesOfALargeFamilyKeepsItsExemplar() throws {
        let family = Family<Path, Counter>("hits_total", help: "Hits.", maxChildren: 5000, in: registry)
        let long = String(repeating: "🚀", count: 100)
        for index in 0..<3000 {
            let child = family[Path(path: "/\(index)")]
            if index % 3 == 0 {
                child.increment(by: index, exemplar: ["trace_id": "\(index)\(long)"])
            } else {
                child.increment(by: index)
            }
        }
        let lines = openMetrics.split(separator: "\n")
        #expect(lines.count == 3000 + 3)
        for index in 0..<3000 {
            let exemplar = index % 3 == 0 ? " # {trace_id=\"\(index)\(long)\"} \(index) 1520879607.789" : ""
            #expect(lines[2 + index] == "hits_total{path=\"/\(index)\"} \(index)\(exemplar)")
        }
        // The remaining series keep their exemplars when the storage is compacted.
        for index in 0..<3000 where index % 30 != 0 { family.remove(Path(path: "/\(index)")) }
        #expect(family.sweeps(below: 3000, removing: Path(path: "/")))
        let left = openMetrics.split(separator: "\n")
        #expect(left.count == 100 + 3)
        for (number, index) in stride(from: 0, to: 3000, by: 30).enumerated() {
            #expect(left[2 + number].hasSuffix("# {trace_id=\"\(index)\(long)\"} \(index) 1520879607.789"))
        }
    }
}

/// Sums that may decrease, which OpenMetrics must not expose.
/// https://prometheus.io/docs/specs/om/open_metrics_spec/#histogram
struct FallingSumTests {
    @Test(arguments: [([-1.0, 1], 5.0, false), ([1, 2], -5, false), ([0, 1], 0, true), ([1], 5, true)])
    func sumsThatMayDecreaseAreLeftOutOfOpenMetrics(_ bounds: [Double], _ value: Double, _ isThere: Bool) throws {
        let registry = MetricRegistry(ownMetrics: false)
        Histogram("h", help: "", buckets: Buckets(bounds), in: registry).observe(value)
        let text = String(decoding: registry.exposition(as: .openMetrics).body, as: UTF8.self)
        #expect(text.contains("h_sum ") == isThere)
        #expect(text.contains("h_count 1\n") == isThere)
        #expect(throws: Never.self) { try ExpositionParser(.openMetrics).parse(text) }
        #expect(registry.text.contains("h_sum \(Int(value))\nh_count 1\n"))
    }
}

/// The samples with the time at which a series was created.
struct CreatedSamplesTests {
    private func text(_ format: ExpositionFormat, exposesCreated: Bool) throws -> String {
        let seconds = Holder(1_763_740_000.5)
        let registry = try MetricRegistry(
            clock: ManualClock(),
            wallSeconds: { seconds.value },
            constantLabels: [("zone", "a")],
            exposesCreated: exposesCreated
        )
        Counter("plain", help: "", in: registry).increment()
        let byKind = try Counter.family(validating: "kinds", help: "", labelNames: ["kind"], in: registry)
        byKind[["x"]].increment(by: 1, exemplar: ["trace": "1"])
        seconds.value = 1_763_740_060.5
        byKind[["y"]].increment(by: 2)
        Histogram("sizes", help: "", buckets: [1], in: registry).observe(1)
        Gauge("level", help: "", in: registry).set(1)
        return String(decoding: registry.exposition(as: format).body, as: UTF8.self)
    }

    @Test
    func countersAndHistogramsHaveCreatedSamples() throws {
        let text = try text(.openMetrics, exposesCreated: true)
        #expect(text.contains("\nplain_total{zone=\"a\"} 1\nplain_created{zone=\"a\"} 1763740000.5\n"))
        #expect(text.contains("\nkinds_created{zone=\"a\",kind=\"x\"} 1763740000.5\n"))
        #expect(
            text.contains("\nkinds_total{zone=\"a\",kind=\"y\"} 2\nkinds_created{zone=\"a\",kind=\"y\"} 1763740060.5\n")
        )
        #expect(text.contains("\nsizes_count{zone=\"a\"} 1\nsizes_created{zone=\"a\"} 1763740060.5\n"))
        #expect(!text.contains("level_created"))
        #expect(try ExpositionParser(.openMetrics).parse(text).samples.count == 12)
    }

    private struct Jobs: MetricCollector {
        let families = [CollectedFamily.counter("jobs", help: "")]
        func collect(into samples: inout CollectedSamples) { samples.set(families[0], to: 5) }
    }

    @Test
    func externalTotalsHaveNoCreatedSamples() throws {
        let registry = MetricRegistry(exposesCreated: true, ownMetrics: false)
        ProcessMetrics.register(in: registry)
        registry.register(Jobs())
        try MirroredFamily("seen_bytes_total", help: "", .total, in: registry).set(7)
        try MirroredFamily("ticks_total", help: "", .counter, in: registry).add(1)
        let text = String(decoding: registry.exposition(as: .openMetrics).body, as: UTF8.self)
        let samples = try ExpositionParser(.openMetrics).parse(text).samples.map(\.name)
        #expect(Set(samples).isSuperset(of: ["jobs_total", "seen_bytes_total", "process_cpu_seconds_total"]))
        #expect(samples.filter { $0.hasSuffix("_created") } == ["ticks_created"])
    }

    @Test
    func ownMetricsHaveNoCreatedSamples() throws {
        let registry = MetricRegistry(exposesCreated: true)
        let family = try Counter.family(validating: "c", help: "", labelNames: ["l"], maxChildren: 1, in: registry)
        for value in ["a", "b", "c"] { family[[value]].increment() }
        // The overflow series is created during the scrape, already at 2. Its created time would claim that it was 0.
        let text = String(decoding: registry.exposition(as: .openMetrics).body, as: UTF8.self)
        let parsed = try ExpositionParser(.openMetrics).parse(text)
        #expect(try parsed.value(of: "tally_family_overflow_total") == 2)
        #expect(Set(parsed.samples.map(\.name).filter { $0.hasSuffix("_created") }) == ["c_created"])
    }

    @Test
    func createdSamplesAreOptInAndOnlyInOpenMetrics() throws {
        #expect(try !text(.openMetrics, exposesCreated: false).contains("_created"))
        #expect(try !text(.prometheusText, exposesCreated: true).contains("_created"))
        #expect(try !text(.json, exposesCreated: true).contains("_created"))
    }

    @Test
    func compactionKeepsCreatedTimes() throws {
        let seconds = Holder(1.0)
        let registry = try MetricRegistry(
            clock: ManualClock(),
            wallSeconds: { seconds.value },
            exposesCreated: true
        )
        let family = try Counter.family(validating: "c", help: "", labelNames: ["l"], maxChildren: 10_000, in: registry)
        for index in 0..<1000 { family[["\(index)"]].increment() }
        seconds.value = 2
        for index in 1..<1000 { family.remove(["\(index)"]) }
        family[["0"]].increment()
        family[["new"]].increment()
        let text = String(decoding: registry.exposition(as: .openMetrics).body, as: UTF8.self)
        #expect(text.contains("c_total{l=\"0\"} 2\nc_created{l=\"0\"} 1\n"))
        #expect(text.contains("c_total{l=\"new\"} 1\nc_created{l=\"new\"} 2\n"))
    }
}
