#if Listener
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
