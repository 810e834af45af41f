import HostsTestSupport
import TallyTesting
import Testing

/// Hummingbird's own middleware under load, read by a real Prometheus.
@Suite(.timeLimit(.minutes(10)))
struct MetricsMiddlewareTests {
    private static let clients = 8
    private static let requests = 100

    private static func send(_ method: String, _ path: String, _ port: Int) async throws {
        _ = try await HTTPAnswer.of(method, "http://127.0.0.1:\(port)\(path)")
    }

    /// Sends requests from eight clients: to a route with a parameter, to none, and to one that throws.
    private static func load(_ port: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in 0..<clients {
                group.addTask {
                    for number in 0..<requests {
                        try await send("GET", "/users/\(client)-\(number)", port)
                        if number % 10 == 0 {
                            try await send("GET", "/missing/\(number)", port)
                            try await send("GET", "/broken", port)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test(.needs("prometheus"))
    func prometheusReadsEveryRequest() async throws {
        let server = Server()
        try await server.run { port in
            try await Self.load(port)
            let prometheus = try await Prometheus(scraping: port)
            let served = try await prometheus.value(
                of: #"hb_requests_total{http_route="/users/{id}",http_response_status_code="200"}"#
            ) { $0 == Double(Self.clients * Self.requests) }
            #expect(served == Double(Self.clients * Self.requests))
            #expect(try await prometheus.value(of: "up", awaiting: 1) == 1)
            for (query, value) in [
                (#"sum(hb_request_errors_total{error_type="500"})"#, Self.clients * Self.requests / 10),
                (
                    #"http_server_request_duration_seconds_count{http_route="/users/{id}"}"#,
                    Self.clients * Self.requests
                ),
                ("sum(http_server_active_requests)", 0),
            ] {
                #expect(try await prometheus.value(of: query, awaiting: Double(value)) == Double(value))
            }
        }
        #expect(server.factory.rejected.isEmpty)
        try server.registry.expectNoLint()
    }

    /// Hummingbird passes on any method that SwiftNIO's parser knows.
    @Test func theMethodsOfClientsAreLimited() async throws {
        let server = Server(maxChildren: 3)
        let methods = ["GET", "PUT", "DELETE", "PATCH", "PROPFIND", "MKCOL", "LOCK", "SEARCH", "COPY", "MOVE"]
        try await server.run { port in
            for method in methods { try await Self.send(method, "/users/1", port) }
        }
        for name in ["http_server_active_requests", "hb_requests_total"] {
            let series = try server.registry.samples(of: name)
            #expect(series.count == 4, "\(name)")
            #expect(series.last?[label: "http_request_method"] == "other", "\(name)")
        }
        let requests = try server.registry.samples(of: "hb_requests_total")
        #expect(requests.reduce(0) { $0 + $1.value } == Double(methods.count))
    }
}
