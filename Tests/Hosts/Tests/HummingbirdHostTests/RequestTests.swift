import Foundation
import HostsTestSupport
import Hummingbird
import Tally
import TallyTesting
import Testing

@testable import HummingbirdHost

/// The request metrics of a Hummingbird server.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct RequestTests {
    @Test(.needs("hey", "prometheus"))
    func prometheusCountsWhatTheLoadGeneratorSends() async throws {
        try await HummingbirdHost().running { port in
            let body = ["-d", String(repeating: "b", count: 5_000)]
            let user = ["-H", "Authorization: Bearer a-token"]
            try await RequestLoad.run(
                [
                    RequestLoad("/users/7", route: "/users/{id}", requests: 2_000),
                    RequestLoad("/stream/4", route: "/stream/{pieces}", requests: 400),
                    RequestLoad("/upload", method: "POST", route: "/upload", requests: 400, options: body),
                    RequestLoad("/broken", route: "/broken", status: 500, requests: 200),
                    RequestLoad("/me", route: "/me", requests: 200, options: user),
                    RequestLoad("/nowhere", route: "", status: 404, requests: 200),
                ],
                port: port
            )
        }
    }

    @Test func aRequestLastsUntilTheEndOfItsStream() async throws {
        let clock = ManualClock()
        var host = HummingbirdHost(registry: MetricRegistry(clock: clock))
        let (waiting, gate) = AsyncStream.makeStream(of: Void.self)
        host.addRoutes = { router in
            router.get("/held") { _, _ in
                Response(
                    status: .ok,
                    body: ResponseBody { writer in
                        try await writer.write(ByteBuffer(string: "begun\n"))
                        for await _ in waiting { break }
                        try await writer.finish(nil)
                    }
                )
            }
        }
        try await host.running { [registry = host.registry] port in
            let connection = try RawConnection(port: port)
            try connection.send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await connection.read(until: "begun")
            // The handler has returned, and the response is under way.
            #expect(try registry.activeRequests() == 1)
            #expect(try registry.requests() == [:])
            clock.advance(by: .seconds(3))
            gate.yield()
            _ = try await connection.read(until: "0\r\n\r\n")
            try await eventually { try registry.activeRequests() == 0 }
            #expect(try registry.requests() == ["GET /held 200": 1])
            #expect(try registry.requestSeconds(of: "/held") == 3)
        }
    }

    @Test func aHandlerThatThrowsIsTimed() async throws {
        let clock = ManualClock()
        var host = HummingbirdHost(registry: MetricRegistry(clock: clock))
        host.addRoutes = { router in
            router.get("/slow") { _, _ -> String in
                clock.advance(by: .seconds(2))
                throw HummingbirdHost.NoSuchUser()
            }
            router.get("/teapot") { _, _ -> String in throw HTTPError(.init(code: 418)) }
        }
        try await host.running { [registry = host.registry] port in
            #expect(try await HTTPAnswer.of("GET", "http://127.0.0.1:\(port)/slow").status == 500)
            #expect(try await HTTPAnswer.of("GET", "http://127.0.0.1:\(port)/teapot").status == 418)
            try await eventually { try registry.activeRequests() == 0 }
            #expect(try registry.requests() == ["GET /slow 500 500": 1, "GET /teapot 418": 1])
            #expect(try registry.requestSeconds(of: "/slow") == 2)
        }
    }

    @Test(.needs("curl")) func everyMethodAndStatusIsCounted() async throws {
        let host = HummingbirdHost()
        try await host.running { [registry = host.registry] port in
            let address = "http://127.0.0.1:\(port)"
            #expect(try await HTTPAnswer.curl(address + "/users/1", "-I").status == 200)
            #expect(try await HTTPAnswer.curl(address + "/users/1", "-X", "DELETE").status == 404)
            let big = Data(repeating: 0, count: 200_000)
            #expect(try await HTTPAnswer.of("POST", address + "/upload", body: big).status == 413)
            #expect(try await HTTPAnswer.curl(address + "/stream/none").status == 400)
            #expect(try await HTTPAnswer.curl(address + "/me").status == 401)
            try await eventually { try registry.activeRequests() == 0 }
            #expect(
                try registry.requests() == [
                    "HEAD /users/{id} 200": 1, "DELETE 404": 1, "POST /upload 413": 1, "GET /stream/{pieces} 400": 1,
                    "GET /me 401": 1,
                ]
            )
        }
    }

    @Test func clientsThatVanishAreCountedOnce() async throws {
        let host = HummingbirdHost()
        try await host.running { [registry = host.registry] port in
            for _ in 0..<20 {
                let connection = try RawConnection(port: port)
                try connection.send("GET /stream/100000 HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = try await connection.read(until: "xxx")
                connection.reset()
            }
            try await eventually { try registry.activeRequests() == 0 }
            #expect(try registry.requests() == ["GET /stream/{pieces} 200 connection_closed": 20])
        }
    }

    @Test func junkMakesNoSeriesAndHidesNoRoute() async throws {
        let host = HummingbirdHost()
        try await host.running { [registry = host.registry] port in
            try await HostileRequests.send(to: port)
            for _ in 0..<50 {
                #expect(try await HTTPAnswer.of("GET", "http://127.0.0.1:\(port)/broken").status == 500)
            }
            #expect(try registry.requests()["GET /broken 500 500"] == 50)
            #expect(try registry.requestLabels("http_route").isSubset(of: HummingbirdHost.routes + [""]))
            let methods = try registry.requestLabels("http_request_method")
            #expect(methods.isSubset(of: ["GET", "POST", "TRACE", "QUERY", "DELETE", "_OTHER"]), "\(methods)")
            #expect(try registry.requestLabels("http_response_status_code").count < 10)
            try await eventually { try registry.activeRequests() == 0 }
            try registry.expectNoLint()
        }
    }
}
