#if Listener
import NIOCore
import TallyListener
import Testing

@Suite(.timeLimit(.minutes(5)))
struct HTTPTests {
    private let listener = MetricsListener(
        registry: registry(),
        port: 0,
        routes: [ListenerRoute("/ready") { _ in ListenerResponse(body: Array("ready\n".utf8)) }]
    )

    @Test(arguments: ["/x", "/metric", "/metrics/", "/metrics/x", "//metrics", "/Metrics", "*"])
    func anUnknownPathReturns404(path: String) async throws {
        try await listener.serving { address in
            let client = try await RawClient(address.port)
            #expect(try await client.get(path, method: path == "*" ? "OPTIONS" : "GET").status == 404)
            #expect(try await client.get("/ready").status == 200)
        }
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"], ["/metrics", "/ready"])
    func otherMethodsReturn405WithAllow(method: String, path: String) async throws {
        try await listener.serving { address in
            let client = try await RawClient(address.port)
            let response = try await client.get(path, method: method)
            #expect(response.status == 405)
            #expect(response["allow"] == "GET, HEAD")
            #expect(try await client.get("/ready").status == 200)
        }
    }

    @Test(arguments: [
        "/metrics?", "/metrics?name[]=requests_total&x=/y", "http://localhost:9464/metrics",
        "HTTP://LOCALHOST/metrics?x",
    ])
    func queryAndAuthorityDoNotAffectRouting(target: String) async throws {
        try await listener.serving { address in
            let response = try await RawClient(address.port).get(target)
            #expect(response.text.contains("requests_total"))
        }
    }

    @Test(arguments: [
        "garbage\r\n\r\n", "GET /metrics\r\n\r\n", "GET /metrics HTTP/1.1\r\nno colon\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}",
    ])
    func garbageReturns400AndEndsTheConnection(garbage: String) async throws {
        try await listener.serving { address in
            let client = try await RawClient(address.port)
            try await client.send(garbage)
            let response = try await client.response()
            #expect(response.status == 400)
            #expect(response["connection"] == "close")
            #expect(await client.rest().isEmpty)
        }
    }

    @Test func headersOverTheLimitReturn431AndSmallerOnesAreAccepted() async throws {
        let limits = ListenerLimits(maxHeaderBytes: 1_024, maxHeaderFields: 5)
        let fits = String(repeating: "x", count: 900)
        let tooLarge = String(repeating: "x", count: 1_024)
        let four = (1...4).map { "X-\($0): x\r\n" }.joined()
        let cases = [
            (200, "/metrics", "X-Large: \(fits)\r\n"),
            (431, "/metrics", "X-Large: \(tooLarge)\r\n"),
            (431, "/metrics", "X-A: \(fits)\r\nX-B: \(fits)\r\n"),
            (431, "/metrics?\(tooLarge)", ""),
            (200, "/metrics", four),
            (431, "/metrics", four + "X-5: x\r\n"),
        ]
        try await MetricsListener(registry: registry(), port: 0, limits: limits).serving { address in
            for (status, target, headers) in cases {
                let response = try await RawClient(address.port).get(target, headers: headers)
                #expect(response.status == status, "\(target.prefix(20)) \(headers.prefix(20))")
            }
        }
    }

    @Test func theAnswerToAHugeHeaderIsNotLostInAReset() async throws {
        try await listener.serving { address in
            let client = try await RawClient(address.port, outlasts: true)
            let huge = String(repeating: "x", count: 8 * 1_024 * 1_024)
            let sent = client.post("GET /metrics HTTP/1.1\r\nX-Huge: \(huge)\r\n\r\n")
            let response = try await client.response()
            #expect(response.status == 431)
            // Throws if the connection is reset while the rest of the header is in flight.
            try await sent.get()
        }
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
        try await listener.serving { address in
            let client = try await RawClient(address.port)
            let paths = ["/ready", "/metrics", "/none", "/ready", "/metrics"]
            try await client.send(paths.map { "GET \($0) HTTP/1.1\r\nHost: localhost\r\n\r\n" }.joined())
            #expect(try await client.response().text == "ready\n")
            #expect(try await client.response().text.contains("requests_total"))
            #expect(try await client.response().status == 404)
            #expect(try await client.response().text == "ready\n")
            #expect(try await client.response().text.contains("requests_total"))
        }
    }

    @Test func aConnectionStaysOpenUntilTheClientRequestsClose() async throws {
        try await listener.serving { address in
            let client = try await RawClient(address.port)
            for _ in 0..<20 {
                let response = try await client.get("/metrics")
                #expect(response.status == 200)
                #expect(response["connection"] == nil)
            }
            try await client.send(
                """
                GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n\
                GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n
                """
            )
            #expect(try await client.response()["connection"] == "close")
            let rest = String(decoding: await client.rest(), as: UTF8.self)
            #expect(!rest.contains("ready"), "requests after Connection: close are not served")
        }
    }

    @Test func requestsAfterConnectionCloseAreNotAnswered() async throws {
        try await listener.serving { address in
            let client = try await RawClient(address.port)
            // A task answers the first request, so the second arrives before the first answer.
            let requests = ["/ready", "/none"].map { "GET \($0) HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" }
            try await client.send(requests.joined())
            #expect(try await client.response()["connection"] == "close")
            let rest = await client.rest()
            #expect(rest.isEmpty)
        }
    }

    @Test func anUpgradeRequestIsAnsweredAndItsConnectionClosed() async throws {
        try await listener.serving { address in
            let client = try await RawClient(address.port)
            let upgrade = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n"
            let response = try await client.get("/ready", headers: upgrade)
            #expect(response.text == "ready\n")
            #expect(response["connection"] == "close")
            #expect(await client.rest().isEmpty)
        }
    }

    @Test func aBodyIsDiscardedAndALargeOneRejected() async throws {
        try await listener.serving { address in
            let client = try await RawClient(address.port)
            let small = String(repeating: "x", count: 60_000)
            try await client.send("GET /ready HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n\(small)")
            #expect(try await client.response().text == "ready\n")
            try await client.send("GET /ready HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000\r\n\r\n")
            client.post(small + small)
            let response = try await client.response()
            #expect(response.status == 413)
            #expect(response["connection"] == "close")
            #expect(await client.rest().isEmpty)
        }
    }
}
#endif
