import Foundation
import Tally
import TallyTestSupport
import TallyTesting
import Testing

/// Runs the code of the guide "Expose /metrics": the code between the marks here and in the listener's tests.
struct ExposeMetricsTests {
    struct Request {
        var headers: [String: String] = [:]
        var query: String?
    }

    struct Response: Sendable {
        var status: Int
        var headers: [(name: String, value: String)]
        var body: [UInt8]
        var contentType: String? { headers.first { $0.name == "Content-Type" }?.value }
    }

    struct Writer {
        var bytes: [UInt8] = []
        mutating func write(_ bytes: [UInt8]) async throws { self.bytes += bytes }
    }

    struct Pool: Sendable {
        var isOpen = true
        func state() throws -> (idle: Int, busy: Int) {
            guard isOpen else { throw CancellationError() }
            return (3, 2)
        }
    }

    struct Database: Sendable {
        func count(_ table: String) async throws -> Int { 57 }
    }

    let registry = MetricRegistry()

    init() {
        Counter("http_requests_total", help: "Requests served.", in: registry).increment()
        Gauge("chat_connected_clients", help: "Clients connected now.", in: registry).set(2)
    }

    // GUIDE ExposeMetrics metrics
    func metrics(_ request: Request) -> Response {
        let exposition = registry.exposition(accept: request.headers["Accept"])
        return Response(status: 200, headers: exposition.headers, body: exposition.body)
    }
    // END

    @Test func theRouteNegotiatesTheFormat() {
        let plain = metrics(Request())
        #expect(plain.contentType == "text/plain; version=0.0.4; charset=utf-8")
        #expect(String(decoding: plain.body, as: UTF8.self).contains("\nhttp_requests_total 1\n"))
        let open = metrics(Request(headers: ["Accept": "application/openmetrics-text;version=1.0.0"]))
        #expect(open.contentType == "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores")
        #expect(String(decoding: open.body, as: UTF8.self).hasSuffix("\n# EOF\n"))
    }

    @Test func theExpositionCanBeStreamed() async throws {
        let request = Request()
        var writer = Writer()
        // GUIDE ExposeMetrics stream-a-large-registry
        let scrape = ScrapeRequest(query: request.query) { request.headers[$0] }
        let response = await registry.response(to: scrape)
        for await chunk in response {
            try await writer.write(chunk)
        }
        // END
        let written = String(decoding: writer.bytes, as: UTF8.self)
        #expect(written.contains("\nhttp_requests_total 1\n"))
        var count = 0
        // GUIDE ExposeMetrics one-buffer
        registry.write(as: .prometheusText) { bytes in
            count += bytes.count  // for this call only: the memory is reused
        }
        // END
        #expect(count > 0)
    }

    // GUIDE ExposeMetrics scrape
    func scrape(_ request: Request) async -> Response {
        let scrape = ScrapeRequest(query: request.query) { request.headers[$0] }
        await registry.collect(for: scrape)
        let exposition = registry.exposition(for: scrape)
        return Response(status: 200, headers: exposition.headers, body: exposition.body)
    }
    // END

    @Test(arguments: ["5", "0", "-1", "inf", "nan", "1e400", "soon"])
    func theRouteFiltersByNameAndAcceptsAnyTimeout(timeout: String) async {
        let request = Request(
            headers: ["X-Prometheus-Scrape-Timeout-Seconds": timeout],
            query: "name%5B%5D=http_requests_total&other=chat_connected_clients"
        )
        let text = String(decoding: await scrape(request).body, as: UTF8.self)
        #expect(text.hasSuffix("\nhttp_requests_total 1\n"))
        #expect(!text.contains("chat_connected_clients"))
    }

    // GUIDE ExposeMetrics PoolCollector
    struct PoolCollector: MetricCollector {
        static let connections = CollectedFamily.gauge("pool_connections", help: "Connections.", labelNames: ["state"])
        let pool: Pool
        var families: [CollectedFamily] { [Self.connections] }

        func collect(into samples: inout CollectedSamples) throws {
            let state = try pool.state()
            samples.set(Self.connections, ["idle"], to: state.idle)
            samples.set(Self.connections, ["busy"], to: state.busy)
        }
    }

    struct SessionCollector: AsyncMetricCollector {
        static let sessions = CollectedFamily.gauge("chat_sessions", help: "Sessions in the database.")
        let database: Database
        var families: [CollectedFamily] { [Self.sessions] }

        func collect(into samples: inout CollectedSamples) async throws {
            samples.set(Self.sessions, to: try await database.count("sessions"))
        }
    }
    // END

    @Test func theRouteExposesCollectedValues() async throws {
        let pool = Pool()
        let database = Database()
        // GUIDE ExposeMetrics collectors
        registry.register(PoolCollector(pool: pool))
        registry.register(SessionCollector(database: database))
        // END
        #expect(!registry.text.contains("\nchat_sessions"))
        let text = String(decoding: await scrape(Request()).body, as: UTF8.self)
        #expect(text.contains("\npool_connections{state=\"idle\"} 3\npool_connections{state=\"busy\"} 2\n"))
        #expect(text.contains("\nchat_sessions 57\n"))

        registry.register(PoolCollector(pool: Pool(isOpen: false)))
        let without = String(decoding: await scrape(Request()).body, as: UTF8.self)
        #expect(!without.contains("\npool_connections{"))
        #expect(without.contains("\ntally_scrape_errors_total{family=\"pool_connections\"} 1\n"))
    }

    @Test func anIncludedRegistryIsExposed() {
        struct Library {
            let registry = MetricRegistry(ownMetrics: false)
        }
        let library = Library()
        Counter("library_calls_total", help: "Calls.", in: library.registry).increment(by: 4)
        // GUIDE ExposeMetrics several-registries
        registry.include(library.registry)
        // END
        #expect(registry.text.contains("\nlibrary_calls_total 4\n"))
    }

    @Test func theTextfileHoldsTheExposition() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tally-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // GUIDE ExposeMetrics a-file-for-node-exporter
        let job = MetricRegistry(ownMetrics: false)
        let finished = Gauge("backup_last_success_timestamp_seconds", help: "End of the last backup.", in: job)
        finished.setToNow()
        try job.write(toTextfile: "\(folder)/backup.prom")
        // END
        #expect(FileManager.default.contents(atPath: "\(folder)/backup.prom") == Data(job.exposition().body))
    }
}
