#if Listener
import Foundation
import Tally
import TallyListener
import TallyTestSupport
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// A real Prometheus reads UTF-8 names, several registries and collectors.
@Suite(.serialized, .timeLimit(.minutes(20)))
struct HostileScrapeTests {
    private struct Rows: AsyncMetricCollector {
        static let rows = CollectedFamily.gauge("db.rows", help: "Rows.", labelNames: ["db.table"])
        var families: [CollectedFamily] { [Self.rows] }
        func collect(into samples: inout CollectedSamples) async throws {
            samples.set(Self.rows, ["users"], to: 12)
        }
    }

    @Test(.enabled(if: Prometheus.isInstalled || Program.isRequired, "needs prometheus"))
    func aRealPrometheusReadsUTF8NamesAsItsVersionAllows() async throws {
        let registry = MetricRegistry(
            constantLabels: ["host.name": "a\"b\\\n"],
            nameValidation: .utf8,
            exposesCreated: true
        )
        let library = MetricRegistry(constantLabels: ["host.name": "other"], nameValidation: .utf8)
        Counter("http.requests", help: "Requests.", in: registry).increment(by: 41)
        Counter("http.requests", help: "Requests.", in: library).increment(by: 43)
        Histogram("rédis latency", help: "Latency.", buckets: [1], in: registry).observe(0.5)
        registry.register(Rows())
        registry.include(library)

        // A separate task, cancelled when the test ends.
        let (addresses, continuation) = AsyncStream.makeStream(of: ListenerAddress.self)
        let listener = MetricsListener(registry: registry, port: 0)
        let running = Task { try await listener.run { continuation.yield($0) } }
        defer { running.cancel() }
        var iterator = addresses.makeAsyncIterator()
        let address = try #require(await iterator.next())
        let prometheus = try await Prometheus(scraping: "\(address)")

        let isUTF8 = try Prometheus.majorVersion() >= 3
        func selector(_ name: String, _ escaped: String) -> String { isUTF8 ? "{\"\(name)\"}" : escaped }
        func label(_ name: String, _ escaped: String) -> String { isUTF8 ? name : escaped }
        let requests = try await prometheus.query(selector("http.requests_total", "http_requests_total")) {
            $0.count == 2
        }
        #expect(Set(requests.map(\.value)) == [41, 43])
        #expect(Set(requests.compactMap { $0.labels[label("host.name", "host_name")] }) == ["a\"b\\\n", "other"])
        let latency = try await prometheus.query(selector("rédis latency_count", "r_dis_latency_count"))
        #expect(latency.map(\.value) == [1])
        let rows = try await prometheus.query(selector("db.rows", "db_rows"))
        #expect(rows.map(\.value) == [12])
        #expect(rows.first?.labels[label("db.table", "db_table")] == "users")
        #expect(try await !prometheus.rejectedScrape())
        print("Prometheus \(isUTF8 ? "kept" : "got escaped") UTF-8 names:", requests.map(\.labels))
        #expect(prometheus.stop() == 0)
    }

    private static let curl = Program.find("curl")

    @Test(.enabled(if: curl != nil || Program.isRequired, "needs curl"))
    func curlReadsGzip() async throws {
        let registry = MetricRegistry(ownMetrics: false)
        let family = try Counter.family(
            validating: "many",
            help: "",
            labelNames: ["n"],
            maxChildren: 9999,
            in: registry
        )
        for index in 0..<9999 { family[["\(index)"]].increment(by: index) }
        let (addresses, continuation) = AsyncStream.makeStream(of: ListenerAddress.self)
        let listener = MetricsListener(registry: registry, port: 0)
        let running = Task { try await listener.run { continuation.yield($0) } }
        defer { running.cancel() }
        var iterator = addresses.makeAsyncIterator()
        let url = try #require(await iterator.next()).url(path: "/metrics")
        let outcome = try Program.run(
            try Program.require("curl"),
            ["--silent", "--compressed", "--header", "Accept-Encoding: gzip, deflate", "--dump-header", "-", url]
        )
        let parts = outcome.text.split(separator: "\r\n\r\n", maxSplits: 1)
        #expect(parts.first?.lowercased().contains("content-encoding: gzip") == true)
        #expect(parts.last.map { Array($0.utf8) } == registry.exposition().body)
    }
}
#endif
