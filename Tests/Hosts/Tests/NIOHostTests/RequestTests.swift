import HostsTestSupport
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Tally
import TallyTesting
import Testing

@testable import NIOHost

/// The request metrics of a server on plain SwiftNIO.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct RequestTests {
    private func running(_ host: NIOHost, _ body: (_ port: Int) async throws -> Void) async throws {
        let channel = try await host.start()
        try await body(channel.localAddress?.port ?? 0)
        try await channel.close()
    }

    @Test(.needs("hey", "prometheus"))
    func prometheusCountsWhatTheLoadGeneratorSends() async throws {
        try await running(NIOHost()) { port in
            let body = ["-d", String(repeating: "b", count: 5_000)]
            try await RequestLoad.run(
                [
                    RequestLoad("/users/7", route: "/users/{id}", requests: 4_000),
                    RequestLoad("/stream/4", route: "/stream/{pieces}", requests: 400),
                    RequestLoad("/upload", method: "POST", route: "/upload", requests: 400, options: body),
                    RequestLoad("/nowhere", route: "", status: 404, requests: 200),
                ],
                port: port,
                scrapes: 1
            )
        }
    }

    @Test(arguments: [true, false])
    func everyPipelinedRequestIsCounted(measuresInTurn: Bool) async throws {
        var host = NIOHost()
        host.measuresInTurn = measuresInTurn
        try await running(host) { port in
            let connection = try RawConnection(port: port)
            let paths = (0..<50).map { $0 % 2 == 0 ? "/users/\($0)" : "/nowhere" }
            try connection.send(paths.map { "GET \($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
            let answers = try await connection.read(until: "HTTP/1.1 404 Not Found", times: 25)
            #expect(answers.components(separatedBy: "HTTP/1.1 200 OK").count == 26)
            try await eventually { try host.registry.activeRequests() == 0 }
            #expect(try host.registry.requests() == ["GET /users/{id} 200": 25, "GET 404": 25])
        }
    }

    @Test(.needs("curl"))
    func interimResponsesAreNotTheResponse() async throws {
        let host = NIOHost()
        try await running(host) { port in
            let answer = try await HTTPAnswer.curl(
                "http://127.0.0.1:\(port)/upload",
                "-H",
                "Expect: 100-continue",
                "--data-binary",
                String(repeating: "b", count: 2_000)
            )
            #expect(answer.status == 200)
            #expect(answer.text == "2000 bytes\n")
            try await eventually { try host.registry.activeRequests() == 0 }
            #expect(try host.registry.requests() == ["POST /upload 200": 1])
        }
    }

    @Test func clientsThatVanishAreCountedOnce() async throws {
        let host = NIOHost()
        try await running(host) { port in
            for _ in 0..<20 {
                let connection = try RawConnection(port: port)
                try connection.send("GET /stream/100000 HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = try await connection.read(until: "xxx")
                connection.reset()
            }
            try await eventually { try host.registry.activeRequests() == 0 }
            #expect(try host.registry.requests() == ["GET /stream/{pieces} 200 connection_closed": 20])
        }
    }

    @Test func junkMakesNoSeriesAndHidesNoRoute() async throws {
        let host = NIOHost()
        try await running(host) { port in
            try await HostileRequests.send(to: port)
            for _ in 0..<50 {
                #expect(try await HTTPAnswer.of("POST", "http://127.0.0.1:\(port)/upload").status == 200)
            }
            try await eventually { try host.registry.activeRequests() == 0 }
            #expect(try host.registry.requests()["POST /upload 200"] == 50)
            #expect(try host.registry.requestLabels("http_route").isSubset(of: NIOHost.routes + [""]))
            let methods = try host.registry.requestLabels("http_request_method")
            #expect(methods.isSubset(of: ["GET", "POST", "TRACE", "QUERY", "_OTHER"]), "\(methods)")
            try host.registry.expectNoLint()
        }
    }

    @Test func aRequestLastsUntilTheEndIsWritten() throws {
        let clock = ManualClock()
        let registry = MetricRegistry(clock: clock)
        let channel = EmbeddedChannel(
            handler: RequestMetricsHandler(HTTPServerMetrics(in: registry), route: RouteHandler.route)
        )
        try channel.writeInbound(HTTPServerRequestPart.head(.init(version: .http1_1, method: .GET, uri: "/users/1")))
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        clock.advance(by: .seconds(1))
        for status in [HTTPResponseStatus.processing, .custom(code: 103, reasonPhrase: "Early Hints"), .accepted] {
            channel.write(HTTPServerResponsePart.head(.init(version: .http1_1, status: status)), promise: nil)
        }
        clock.advance(by: .seconds(2))
        channel.write(HTTPServerResponsePart.end(nil), promise: nil)
        #expect(try registry.activeRequests() == 1, "the end has not left the channel")
        clock.advance(by: .seconds(4))
        channel.flush()
        #expect(try registry.activeRequests() == 0)
        #expect(try registry.requests() == ["GET /users/{id} 202": 1])
        #expect(try registry.requestSeconds(of: "/users/{id}") == 7)
        // A response that belongs to no request passes.
        try channel.writeOutbound(HTTPServerResponsePart.head(.init(version: .http1_1, status: .badRequest)))
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
        #expect(try registry.requests() == ["GET /users/{id} 202": 1])
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test func connectionsThatEndLeaveNoRequestInFlight() throws {
        let registry = MetricRegistry()
        let channel = EmbeddedChannel(
            handler: RequestMetricsHandler(HTTPServerMetrics(in: registry), route: RouteHandler.route)
        )
        for path in ["/users/1", "/users/2", "/nowhere"] {
            try channel.writeInbound(HTTPServerRequestPart.head(.init(version: .http1_1, method: .GET, uri: path)))
        }
        channel.write(HTTPServerResponsePart.head(.init(version: .http1_1, status: .ok)), promise: nil)
        #expect(try registry.activeRequests() == 3)
        channel.pipeline.fireChannelInactive()
        #expect(try registry.activeRequests() == 0)
        #expect(
            try registry.requests() == [
                "GET /users/{id} 200 connection_closed": 1, "GET /users/{id} 0 connection_closed": 1,
                "GET 0 connection_closed": 1,
            ]
        )
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test(.needs("curl", "gzip"))
    func metricsAndHealthAreServed() async throws {
        try await running(NIOHost()) { port in
            let address = "http://127.0.0.1:\(port)"
            let plain = try await HTTPAnswer.curl(address + "/metrics?name[]=http_server_active_requests", "-g")
            #expect(plain.text.contains("\nhttp_server_active_requests{"))
            #expect(plain["Transfer-Encoding"] == "chunked")
            let gzip = try await HTTPAnswer.curl(address + "/metrics", "-H", "Accept-Encoding: gzip")
            #expect(gzip["Content-Encoding"] == "gzip")
            #expect(gzip.body.starts(with: [0x1F, 0x8B]))
            let health = try await HTTPAnswer.of("GET", address + "/.well-known/healthcheck.json")
            #expect(try health.json["name"] as? String == "nio")
            for path in ["/live", "/ready", "/startup"] {
                #expect(try await HTTPAnswer.of("GET", address + path).status == 200)
            }
        }
    }
}
