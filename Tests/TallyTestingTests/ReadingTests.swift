import Tally
import TallyTesting
import Testing

struct Call: LabelSet {
    var method: String
    var code: String
    static let schema: [Tally.Label<Self>] = [Label("method", \.method), Label("code", \.code)]
}

struct ReadingTests {
    let registry = MetricRegistry(constantLabels: ["zone": "eu"], ownMetrics: false)

    private func calls() -> Family<Call, Counter> {
        Family("calls_total", help: "Calls.", in: registry)
    }

    @Test func valuesAreFoundByNameAndLabels() throws {
        let calls = calls()
        calls[Call(method: "get", code: "200")].increment(by: 3)
        calls[Call(method: "put", code: "200")].increment(by: 4)
        #expect(try registry.value(of: "calls_total", labels: ["method": "get"]) == 3)
        #expect(try registry.value(of: "calls_total", labels: ["code": "200", "method": "put", "zone": "eu"]) == 4)
        #expect(try registry.value(of: "calls_total", labels: ["method": "post"]) == nil)
        #expect(try registry.value(of: "calls_total", labels: ["verb": "get"]) == nil)
        #expect(try registry.value(of: "calls") == nil)
        #expect(try registry.samples(of: "calls_total").map(\.value) == [3, 4])
        #expect(try registry.parsed().family("calls_total")?.kind == .counter)
        #expect(try registry.parsed().family("calls_total")?.help == "Calls.")
    }

    @Test func anAmbiguousLookupThrowsAndListsTheSeries() throws {
        let calls = calls()
        calls[Call(method: "get", code: "200")].increment()
        calls[Call(method: "get", code: "404")].increment()
        let error = #expect(throws: AmbiguousSeriesError.self) {
            try registry.value(of: "calls_total", labels: ["method": "get"])
        }
        #expect(
            error?.description == """
                2 series match, so add labels that select one: calls_total{zone="eu",method="get",code="200"}, \
                calls_total{zone="eu",method="get",code="404"}
                """
        )
    }

    @Test func aSampleWithExactlyTheGivenLabelsTakesPrecedence() throws {
        let exposition = try ExpositionParser().parse("mail{a=\"b\"} 1\nmail 2\nmail{c=\"d\"} 3\n")
        #expect(try exposition.value(of: "mail") == 2)
        #expect(try exposition.value(of: "mail", labels: ["a": "b"]) == 1)
    }

    @Test func labelsAreComparedByBytes() throws {
        let exposition = try ExpositionParser().parse("mail{a=\"\u{E9}\"} 1\nmail{a=\"e\u{301}\"} 2\n")
        #expect(try exposition.value(of: "mail", labels: ["a": "\u{E9}"]) == 1)
        #expect(try exposition.value(of: "mail", labels: ["a": "e\u{301}"]) == 2)
        #expect(ParsedLabel("a", "\u{E9}") != ParsedLabel("a", "e\u{301}"))
        #expect(Set([ParsedLabel("ab", "c"), ParsedLabel("a", "bc"), ParsedLabel("a", "bc")]).count == 2)
    }

    @Test func valuesPastDoublePrecisionAreAvailableAsText() throws {
        let sent = Counter("sent_total", help: "Sent.", in: registry)
        sent.increment(by: 9_007_199_254_740_993)
        #expect(try registry.valueText(of: "sent_total") == "9007199254740993")
        #expect(try registry.valueText(of: "received_total") == nil)
    }

    @Test func histogramsAreReadAsBucketCounts() throws {
        let wait = Family<Call, Histogram>("wait_seconds", help: "Waits.", buckets: [0.5, 1], in: registry)
        for value in [0.25, 0.5, 0.75, 2, 4] { wait[Call(method: "get", code: "200")].observe(value) }
        let histogram = try #require(try registry.histogram(of: "wait_seconds", labels: ["method": "get"]))
        #expect(histogram.counts == [2, 1, 2])
        #expect(histogram.buckets.map(\.bound) == ["0.5", "1.0", "+Inf"])
        #expect(histogram.buckets.map(\.cumulativeCount) == [2, 3, 5])
        #expect(histogram.count == 5)
        #expect(histogram.sum == 7.5)
        #expect(try registry.histogram(of: "wait_seconds", labels: ["method": "put"]) == nil)
        #expect(try registry.histogram(of: "wait") == nil)
        wait[Call(method: "get", code: "404")].observe(1)
        #expect(throws: AmbiguousSeriesError.self) {
            try registry.histogram(of: "wait_seconds", labels: ["method": "get"])
        }
        #expect(try registry.histogram(of: "wait_seconds", labels: ["code": "404"])?.counts == [0, 1, 0])
    }

    @Test func utf8NamesAreFoundAsRegistered() throws {
        let registry = MetricRegistry(nameValidation: .utf8)
        let calls = try Counter.family(
            validating: "rpc.calls",
            help: "Calls.",
            labelNames: ["rpc.method"],
            in: registry
        )
        calls[["get"]].increment(by: 3)
        try Histogram(validating: "rpc.wait", help: "Waits.", buckets: [1], in: registry).observe(0.5)
        #expect(try registry.value(of: "rpc.calls_total", labels: ["rpc.method": "get"]) == 3)
        #expect(try registry.valueText(of: "rpc.calls_total") == "3")
        #expect(try registry.samples(of: "rpc.wait_count").map(\.value) == [1])
        #expect(try registry.histogram(of: "rpc.wait")?.counts == [1, 0])
        try registry.expect(text: #"{"rpc.calls_total","rpc.method"="get"} 3"#, of: ["rpc.calls_total"])
        // The names that a scraper sees are available too.
        #expect(try registry.parsed().value(of: "rpc_calls_total") == 3)
    }

    @Test func gaugeHistogramsAreReadAsBucketCounts() throws {
        let text =
            "# TYPE q gaugehistogram\nq_bucket{le=\"1\"} 2\nq_bucket{le=\"+Inf\"} 3\nq_gcount 3\nq_gsum 9\n# EOF\n"
        let histogram = try ExpositionParser(.openMetrics).parse(text).histogram(of: "q")
        #expect(histogram?.counts == [2, 1])
        #expect(histogram?.sum == 9)
    }

    @Test func theContentTypeSelectsTheParser() throws {
        let openMetrics = ExpositionParser(contentType: "application/openmetrics-text; version=1.0.0; charset=utf-8")
        #expect(openMetrics?.syntax == .openMetrics)
        #expect(openMetrics?.allowsQuotedNames == false)
        let text = ExpositionParser(contentType: "text/plain;version=1.0.0; escaping=allow-utf-8")
        #expect(text?.syntax == .prometheusText)
        #expect(text?.allowsQuotedNames == true)
        #expect(ExpositionParser(contentType: "application/json") == nil)
        let error = #expect(throws: ExpositionError.self) { try registry.parsed(accept: "application/json") }
        #expect(error?.code == .unknownFormat)
    }
}
