import FlyingFox
import Foundation
import HostsTestSupport
import Tally
import TallyTesting
import Testing

@testable import FlyingFoxHost

/// The request metrics of a FlyingFox server.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct RequestTests {
    private func running(_ host: FlyingFoxHost, _ body: (_ port: Int) async throws -> Void) async throws {
        let server = try await host.server()
        let running = Task { try await server.run() }
        defer { running.cancel() }
        try await server.waitUntilListening(timeout: 600)
        guard case .ip4(_, let port) = await server.listeningAddress else {
            throw Program.Failed(description: "no address")
        }
        try await body(Int(port))
        await server.stop()
    }

    @Test(.needs("hey", "prometheus"))
    func prometheusCountsWhatTheLoadGeneratorSends() async throws {
        try await running(FlyingFoxHost()) { port in
            let body = ["-d", String(repeating: "b", count: 5_000)]
            try await RequestLoad.run(
                [
                    RequestLoad("/users/7", route: "/users/:id", requests: 1_000),
                    RequestLoad("/stream/4", route: "/stream/:pieces", requests: 200),
                    RequestLoad("/upload", method: "POST", route: "/upload", requests: 200, options: body),
                    RequestLoad("/broken", route: "/broken", status: 500, requests: 200),
                    RequestLoad("/nowhere", route: "", status: 404, requests: 200),
                ],
                port: port
            )
        }
    }

    @Test(.needs("curl"))
    func bodiesArriveUnchanged() async throws {
        let host = FlyingFoxHost()
        try await running(host) { port in
            let address = "http://127.0.0.1:\(port)"
            #expect(try await HTTPAnswer.curl(address + "/users/7").text == "user 7\n")
            let stream = try await HTTPAnswer.curl(address + "/stream/3")
            #expect(stream["Transfer-Encoding"] == "chunked")
            #expect(stream.body == Data(repeating: UInt8(ascii: "x"), count: 3 * 16_384))
            #expect(try await HTTPAnswer.curl(address + "/stream/0").body.isEmpty)
            #expect(try await HTTPAnswer.curl(address + "/users/7", "-X", "DELETE").status == 404)
            try await eventually { try host.registry.activeRequests() == 0 }
            #expect(
                try host.registry.requests() == [
                    "GET /users/:id 200": 1, "GET /stream/:pieces 200": 2, "DELETE 404": 1,
                ]
            )
        }
    }

    @Test func aRequestLastsUntilTheEndOfItsBody() async throws {
        let clock = ManualClock()
        var host = FlyingFoxHost(registry: MetricRegistry(clock: clock))
        host.addRoutes = { [http = host.http] server in
            await server.appendRoute("/held", method: .GET, countedBy: http) { _ in
                clock.advance(by: .seconds(1))
                return HTTPResponse(statusCode: .accepted, body: HTTPBodySequence(from: HeldBody(clock: clock)))
            }
            await server.appendRoute("/slow", method: .GET, countedBy: http) { _ in
                clock.advance(by: .seconds(5))
                throw FlyingFoxHost.NoSuchUser()
            }
        }
        try await running(host) { port in
            #expect(try await HTTPAnswer.of("GET", "http://127.0.0.1:\(port)/held").text == "held")
            #expect(try await HTTPAnswer.of("GET", "http://127.0.0.1:\(port)/slow").status == 500)
            try await eventually { try host.registry.activeRequests() == 0 }
            #expect(try host.registry.requests() == ["GET /held 202": 1, "GET /slow 500 500": 1])
            #expect(try host.registry.requestSeconds(of: "/held") == 3)
            #expect(try host.registry.requestSeconds(of: "/slow") == 5)
        }
    }

    @Test func clientsThatVanishAreCountedOnce() async throws {
        let host = FlyingFoxHost()
        try await running(host) { port in
            for _ in 0..<20 {
                let connection = try RawConnection(port: port)
                try connection.send("GET /stream/100000 HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = try await connection.read(until: "xxx")
                connection.reset()
            }
            try await eventually { try host.registry.activeRequests() == 0 }
            #expect(try host.registry.requests() == ["GET /stream/:pieces 200 connection_closed": 20])
        }
    }

    @Test func junkMakesNoSeriesAndHidesNoRoute() async throws {
        let host = FlyingFoxHost()
        try await running(host) { port in
            // The server's time to read a line grows with the square of its length.
            try await HostileRequests.send(to: port, longest: 5_000)
            for _ in 0..<50 {
                #expect(try await HTTPAnswer.of("GET", "http://127.0.0.1:\(port)/broken").status == 500)
            }
            #expect(try host.registry.requests()["GET /broken 500 500"] == 50)
            #expect(try host.registry.requestLabels("http_route").isSubset(of: FlyingFoxHost.routes + [""]))
            let methods = try host.registry.requestLabels("http_request_method")
            #expect(methods.isSubset(of: ["GET", "POST", "TRACE", "_OTHER"]), "\(methods)")
            try await eventually { try host.registry.activeRequests() == 0 }
            try host.registry.expectNoLint()
        }
    }

    @Test(.needs("curl"))
    func metricsAndHealthAreServed() async throws {
        try await running(FlyingFoxHost()) { port in
            let address = "http://127.0.0.1:\(port)"
            let plain = try await HTTPAnswer.curl(address + "/metrics?name%5B%5D=http_server_active_requests")
            #expect(plain["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(!plain.text.contains("http_server_request_duration_seconds"))
            let gzip = try await HTTPAnswer.curl(address + "/metrics", "-H", "Accept-Encoding: gzip")
            #expect(gzip["Content-Encoding"] == "gzip")
            #expect(gzip.body.starts(with: [0x1F, 0x8B]))
            let health = try await HTTPAnswer.of("GET", address + "/.well-known/healthcheck.json")
            #expect(try health.json["name"] as? String == "flyingfox")
            for path in ["/live", "/ready", "/startup"] {
                #expect(try await HTTPAnswer.of("GET", address + path).status == 200)
            }
        }
    }
}
