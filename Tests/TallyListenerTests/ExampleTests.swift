#if Listener
import Tally
import TallyListener
import Testing

/// Runs the examples of the documentation comments: the code between the marks.
struct ExampleTests {
    /// Compiled but not run, because it needs a fixed port.
    private func serve() async throws {
        let registry = registry()
        // GUIDE MetricsListener example
        let listener = MetricsListener(registry: registry, port: 9464)
        try await listener.run { address in print("Metrics at \(address.url(path: "/metrics"))") }
        // END
    }

    /// Compiled but not run, because they need fixed paths.
    private func listeners(
        _ registry: MetricRegistry,
        password: String,
        currentToken: @escaping @Sendable () -> String
    ) {
        do {
            // GUIDE ListenerAddress example
            let listener = MetricsListener(
                registry: registry,
                addresses: [.tcp(port: 9464), .unix(path: "/run/chat/metrics.sock")]
            )
            // END
            _ = listener
        }
        do {
            // GUIDE ListenerAuthorization example
            let listener = MetricsListener(
                registry: registry,
                port: 9464,
                authorization: .basic(["prometheus": password])
            )
            // END
            _ = listener
        }
        do {
            // GUIDE ListenerAuthorization either
            let either = ListenerAuthorization(challenge: "Bearer realm=\"metrics\"") { request in
                if request.clientCertificate != nil { return true }
                return await ListenerAuthorization.bearer([currentToken()]).allows(request)
            }
            // END
            _ = either
        }
        #if TLS
        // GUIDE ListenerTLS example
        let tls = ListenerTLS(certificate: "/etc/chat/tls.crt", key: "/etc/chat/tls.key")
        let listener = MetricsListener(registry: registry, port: 9464, tls: tls)
        // END
        _ = listener
        #endif
    }

    @Test(.timeLimit(.minutes(5)))
    func aRouteAnswersAsDocumented() async throws {
        // GUIDE ListenerRoute example
        let ready = ListenerRoute("/ready") { _ in
            ListenerResponse(status: 200, headers: [("Content-Type", "text/plain")], body: Array("ready\n".utf8))
        }
        // END
        try await MetricsListener(registry: registry(), port: 0, routes: [ready]).serving { address in
            let response = try await RawClient(address.port).get("/ready")
            #expect(response.text == "ready\n")
        }
    }
}
#endif
