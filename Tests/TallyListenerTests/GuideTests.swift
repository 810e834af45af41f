#if Listener
import Tally
import TallyHealthcheck
import TallyListener
import TallyTestSupport
import Testing

/// Runs the listener code of "Expose /metrics" and of the module's page. A test of the whole guide, which also runs in
/// builds without the trait, checks that the former contains this code.
@Suite(.timeLimit(.minutes(5)))
struct GuideTests {
    /// Port 0, so that tests can run concurrently.
    private let port = 0
    private let registry = MetricRegistry(ownMetrics: false)

    init() {
        Counter("http_requests_total", help: "Requests served.", in: registry).increment()
    }

    /// Runs `run`, which prints the listener's address, and passes a client of that listener to `body`.
    private func whileRunning(
        _ run: @escaping @Sendable (_ print: @escaping @Sendable (String) -> Void) async throws -> Void,
        _ body: (RawClient) async throws -> Void
    ) async throws {
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        let running = Task {
            defer { continuation.finish() }
            try await run { continuation.yield($0) }
        }
        var iterator = lines.makeAsyncIterator()
        let line = try #require(await iterator.next(isolation: #isolation))
        let digits = try #require(line.split(separator: ":").last?.prefix { $0.isNumber })
        #expect(line == "Metrics at http://127.0.0.1:\(digits)/metrics")
        let port = try #require(Int(digits))
        do {
            try await body(try await RawClient(port))
        } catch {
            running.cancel()
            throw error
        }
        running.cancel()
        try await running.value
    }

    /// Compiled but not run, because it needs a fixed port.
    private func serveAsTheReadmeDoes() async throws {
        // GUIDE README listener
        try await MetricsListener(registry: registry, port: 9464).run { address in
            print("Metrics at \(address.url(path: "/metrics"))")
        }
        // END
    }

    @Test func theGuideListenerServesMetrics() async throws {
        try await whileRunning { [registry, port] print in
            // GUIDE ExposeMetrics a-separate-port
            let listener = MetricsListener(registry: registry, port: port)
            try await listener.run { address in
                print("Metrics at \(address.url(path: "/metrics"))")
            }
            // END
        } _: { client in
            let response = try await client.get("/metrics")
            #expect(response.text.hasSuffix("\nhttp_requests_total 1\n"))
        }
    }

    /// Compiled but not run: `AuthorizationTests` and `TLSTests` run listeners with the same rules.
    private func listeners(_ healthcheck: Healthcheck, password: String, folder: String) {
        do {
            // GUIDE TallyListener authorization
            let listener = MetricsListener(
                registry: registry,
                port: port,
                authorization: .basic(["prometheus": password]),
                healthcheck: healthcheck
            )
            // END
            _ = listener
        }
        #if TLS
        // GUIDE TallyListener tls
        let listener = MetricsListener(
            registry: registry,
            port: port,
            authorization: .clientCertificate(),
            tls: ListenerTLS(
                certificate: "\(folder)/server.crt",
                key: "\(folder)/server.key",
                clientCertificates: .optional(authorities: "\(folder)/ca.crt")
            )
        )
        // END
        _ = listener
        #endif
    }

    @Test func theLandingPageListenerServesHealthAndARoute() async throws {
        let healthcheck = Healthcheck(service: ServiceInfo(name: "chat", version: "1.4.2"), providers: [])
        try await whileRunning { [registry, port] print in
            // GUIDE TallyListener overview
            let version = ListenerRoute("/version") { _ in
                ListenerResponse(headers: [("Content-Type", "text/plain")], body: Array("1.4.2\n".utf8))
            }
            let listener = MetricsListener(
                registry: registry,
                port: port,
                routes: [version],
                healthcheck: healthcheck
            )
            try await listener.run { address in
                print("Metrics at \(address.url(path: "/metrics"))")
            }
            // END
        } _: { client in
            let version = try await client.get("/version")
            #expect(version.text == "1.4.2\n")
            let live = try await client.get("/live")
            #expect(live.status == 200)
        }
    }
}
#endif
