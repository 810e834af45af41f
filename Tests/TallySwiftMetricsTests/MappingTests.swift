#if SwiftMetrics
import CoreMetrics
import Tally
import TallySwiftMetrics
import TallyTesting
import Testing

/// The instruments that swift-metrics' types become.
struct MappingTests {
    private let registry = MetricRegistry(ownMetrics: false)

    private func text(_ factory: TallyMetricsFactory) -> String {
        String(decoding: registry.exposition().body, as: UTF8.self)
    }

    @Test func everyTypeBecomesAnInstrument() {
        let factory = TallyMetricsFactory(
            registry: registry,
            buckets: SwiftMetricsBuckets(timers: [1], recorders: [10], bytes: [1_024]),
            help: ["hits": "Requests answered."]
        )
        CoreMetrics.Counter(label: "hits", factory: factory).increment(by: 3)
        FloatingPointCounter(label: "cost", factory: factory).increment(by: 0.5)
        Meter(label: "level", factory: factory).set(2)
        CoreMetrics.Gauge(label: "depth", factory: factory).record(4)
        Recorder(label: "rows", factory: factory).record(5)
        Recorder(label: "body.size", factory: factory).record(6)
        Timer(label: "wait", factory: factory).recordMilliseconds(1_500)
        #expect(
            text(factory) == """
                # HELP body_size body.size, through swift-metrics.
                # TYPE body_size histogram
                body_size_bucket{le="1024.0"} 1
                body_size_bucket{le="+Inf"} 1
                body_size_sum 6
                body_size_count 1
                # HELP cost_total cost, through swift-metrics.
                # TYPE cost_total counter
                cost_total 0.5
                # HELP depth depth, through swift-metrics.
                # TYPE depth gauge
                depth 4
                # HELP hits_total Requests answered.
                # TYPE hits_total counter
                hits_total 3
                # HELP level level, through swift-metrics.
                # TYPE level gauge
                level 2
                # HELP rows rows, through swift-metrics.
                # TYPE rows histogram
                rows_bucket{le="10.0"} 1
                rows_bucket{le="+Inf"} 1
                rows_sum 5
                rows_count 1
                # HELP wait_seconds wait, through swift-metrics.
                # TYPE wait_seconds histogram
                wait_seconds_bucket{le="1.0"} 0
                wait_seconds_bucket{le="+Inf"} 1
                wait_seconds_sum 1.5
                wait_seconds_count 1

                """
        )
    }

    @Test func theSameSeriesHasTheSameHandler() {
        let factory = TallyMetricsFactory(registry: registry)
        let one = factory.makeCounter(label: "hits", dimensions: [("a", "1"), ("b", "2"), ("c", "3")])
        let other = factory.makeFloatingPointCounter(label: "hits", dimensions: [("c", "3"), ("b", "2"), ("a", "1")])
        #expect(one === other)
        #expect(one !== factory.makeCounter(label: "hits", dimensions: [("a", "1"), ("b", "23"), ("c", "")]))
        #expect(one !== factory.makeCounter(label: "hits", dimensions: [("a", "1b"), ("", "2"), ("c", "3")]))
    }

    @Test func bucketsAreChosenByLabelThenByUnit() throws {
        let factory = TallyMetricsFactory(
            registry: registry,
            buckets: SwiftMetricsBuckets(byLabel: [
                "db.rows": .linear(start: 10, width: 10, count: 10), "wait": [1, 2], "bad": [2, 1],
                "worse": [.nan],
            ])
        )
        for label in ["db.rows", "responseBodySize", "sent_bytes", "rows", "bad"] {
            factory.makeRecorder(label: label, dimensions: [], aggregate: true).record(15.0)
        }
        for label in ["wait", "other", "worse"] {
            factory.makeTimer(label: label, dimensions: []).recordNanoseconds(1)
        }
        func count(_ name: String) throws -> Int? { try registry.histogram(of: name)?.counts.count }
        #expect(try count("db_rows") == 11)
        #expect(try count("responseBodySize") == Buckets.bytes.bounds.count + 1)
        #expect(try count("sent_bytes") == Buckets.bytes.bounds.count + 1)
        #expect(try count("rows") == Buckets.decades.bounds.count + 1)
        #expect(try count("bad") == Buckets.decades.bounds.count + 1)
        #expect(try count("wait_seconds") == 3)
        #expect(try count("other_seconds") == Buckets.http.bounds.count + 1)
        #expect(try count("worse_seconds") == Buckets.http.bounds.count + 1)
        #expect(factory.rejected.map { "\($0.reason) \($0.label)" } == ["buckets bad", "buckets worse"])
    }

    @Test func theMappingRenamesAndDrops() throws {
        let factory = TallyMetricsFactory(registry: registry, help: ["requests": "Requests."]) { label, dimensions in
            label == "noise" ? nil : ("requests", dimensions.filter { $0.0 != "path" })
        }
        factory.makeCounter(label: "noise", dimensions: []).increment(by: 1)
        for path in 0..<100 {
            let dimensions = [("path", "/\(path)"), ("method", "GET")]
            factory.makeCounter(label: "hits", dimensions: dimensions).increment(by: 1)
        }
        #expect(
            text(factory) == """
                # HELP requests_total Requests.
                # TYPE requests_total counter
                requests_total{method="GET"} 100

                """
        )
        #expect(factory.rejected.isEmpty)
    }

    @Test func namesCanStayAsGiven() throws {
        let factory = TallyMetricsFactory(registry: registry, names: .asGiven)
        factory.makeTimer(label: "http.wait", dimensions: []).recordNanoseconds(1)
        factory.makeCounter(label: "http.hits", dimensions: []).increment(by: 1)
        #expect(try registry.histogram(of: "http_wait")?.count == 1)
        #expect(try registry.value(of: "http_hits_total") == 1)
    }

    @Test func aRegistrysPrefixAndConstantLabelsApply() throws {
        let registry = MetricRegistry(prefix: "chat_", constantLabels: ["pod": "a"], ownMetrics: false)
        let factory = TallyMetricsFactory(registry: registry)
        factory.makeCounter(label: "hits", dimensions: [("pod", "b"), ("le", "1"), ("__x", "2")]).increment(by: 1)
        #expect(
            try registry.samples(of: "chat_hits_total").map(\.description)
                == [#"chat_hits_total{pod="a",exported___x="2",exported_le="1",exported_pod="b"} 1"#]
        )
    }

    @Test func aUTF8RegistryKeepsNames() throws {
        let registry = MetricRegistry(nameValidation: .utf8, ownMetrics: false)
        let factory = TallyMetricsFactory(registry: registry)
        factory.makeTimer(label: "http.wait.seconds", dimensions: [("http.method", "GET")]).recordNanoseconds(1)
        let wait = try registry.samples(of: "http.wait.seconds_count")
        #expect(wait.map(\.description) == [#"{"http.wait.seconds_count","http.method"="GET"} 1"#])
        // Two names that are one for a scraper without UTF-8 names.
        factory.makeCounter(label: "hits", dimensions: [("a.b", "1")]).increment(by: 1)
        factory.makeCounter(label: "hits", dimensions: [("a_b", "1")]).increment(by: 2)
        factory.makeCounter(label: "x.y", dimensions: []).increment(by: 1)
        factory.makeCounter(label: "x_y", dimensions: []).increment(by: 2)
        let legacy = try registry.parsed(accept: nil)
        #expect(Set(legacy.samples(of: "hits_total").map(\.series)).count == 2)
        #expect(factory.rejected.map { "\($0.reason) \($0.label)" } == ["name_collision x_y"])
    }

    /// The handlers hold on to what they need, but to nothing that holds them.
    @Test func aFactoryIsReleasedBeforeItsHandlers() throws {
        var factory: TallyMetricsFactory? = TallyMetricsFactory(registry: registry)
        weak let released = factory
        weak let unused = factory?.makeCounter(label: "unused", dimensions: [])
        let hits = try #require(factory?.makeCounter(label: "hits", dimensions: []))
        let gone = try #require(factory?.makeCounter(label: "gone", dimensions: []))
        factory?.destroyCounter(gone)
        factory = nil
        #expect(released == nil)
        #expect(unused == nil)
        hits.increment(by: 2)
        hits.increment(by: -1)
        gone.increment(by: 1)
        gone.reset()
        #expect(try registry.value(of: "hits_total") == 2)
    }
}
#endif
