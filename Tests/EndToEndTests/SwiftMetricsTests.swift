#if Listener && SwiftMetrics
import CoreMetrics
import Foundation
import Tally
import TallyListener
import TallySwiftMetrics
import TallyTestSupport
import Testing

/// A real Prometheus reads what libraries emit through swift-metrics.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct SwiftMetricsTests {
    /// Serves a registry while `body` uses a Prometheus that scrapes it.
    private func scraped(
        _ registry: MetricRegistry,
        relabelling: String = "",
        _ body: (Prometheus) async throws -> Void
    ) async throws {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let listener = Task {
            try await MetricsListener(registry: registry, port: 0).run { continuation.yield($0.port) }
        }
        defer { listener.cancel() }
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next(isolation: #isolation))
        try await body(try await Prometheus(scraping: "127.0.0.1:\(port)", relabelling: relabelling))
    }

    @Test(
        .enabled(if: Prometheus.isInstalled || Program.isRequired, "needs prometheus"),
        arguments: [NameValidation.legacy, .utf8]
    )
    func prometheusReadsHostileMetrics(_ validation: NameValidation) async throws {
        let registry = MetricRegistry(constantLabels: ["pod": "a"], nameValidation: validation)
        let factory = TallyMetricsFactory(registry: registry)
        let texts = [
            "", "1", "a.b", "a-b", "é", "e\u{301}", "le", "quantile", "__name__", "\"", "\\", "\n", "pod", "\0",
        ]
        for text in texts {
            let dimensions = [(text, "x"), ("text", text)]
            factory.makeCounter(label: "hits", dimensions: dimensions).increment(by: 1)
            factory.makeTimer(label: "wait", dimensions: dimensions).recordNanoseconds(1_000_000_000)
            factory.makeMeter(label: text, dimensions: []).set(1.0)
            factory.makeCounter(label: "hits", dimensions: [("text", text)]).increment(by: 1)
        }
        try await scraped(registry) { prometheus in
            let expected = Double(2 * texts.count)
            let hits = try await prometheus.query("sum(hits_total)") { $0.first?.value == expected }
            #expect(hits.map(\.value) == [expected])
            #expect(try await !prometheus.rejectedScrape())
            let wait = try await prometheus.query("sum(wait_seconds_sum)")
            #expect(wait.map(\.value) == [Double(texts.count)])
        }
    }

    /// The configuration of the guide, in a real Prometheus.
    @Test(.enabled(if: Prometheus.isInstalled || Program.isRequired, "needs prometheus"))
    func theRelabellingOfTheGuideKeepsOldNames() async throws {
        let guide = "Sources/TallySwiftMetrics/TallySwiftMetrics.docc/ComingFromSwiftPrometheus.md"
        let relabelling = try #require(try Guide(guide).yaml.first)
        let registry = MetricRegistry()
        let factory = TallyMetricsFactory(registry: registry)
        let dimensions = [("http.route", "/users/{id}")]
        factory.makeCounter(label: "hb.requests", dimensions: dimensions).increment(by: 3)
        factory.makeCounter(label: "hb.request.errors", dimensions: dimensions).increment(by: 2)
        factory.makeCounter(label: "others", dimensions: []).increment(by: 1)
        factory.makeTimer(label: "http.server.request.duration", dimensions: dimensions).recordNanoseconds(4)
        try await scraped(registry, relabelling: relabelling) { prometheus in
            let requests = try await prometheus.query("hb_requests") { $0.first?.value == 3 }
            #expect(requests.map(\.value) == [3])
            #expect(try await prometheus.query("hb_request_errors").map(\.value) == [2])
            #expect(try await prometheus.query("http_server_request_duration_count").map(\.value) == [1])
            #expect(try await prometheus.query("http_server_request_duration_bucket").count == 15)
            #expect(try await prometheus.query("others_total").map(\.value) == [1])
            #expect(try await prometheus.query("absent(hb_requests_total)").map(\.value) == [1])
        }
    }
}
#endif
