#if Listener
import Foundation
import Tally
import TallyHealthcheck
import TallyListener
import TallyTestSupport
import Testing

/// Requests that are unusual, malformed or hostile.
@Suite(.timeLimit(.minutes(5)))
struct RequestFaultTests {
    private static func large() throws -> MetricRegistry {
        let registry = MetricRegistry()
        let family = try Counter.family(
            validating: "many",
            help: "",
            labelNames: ["n"],
            maxChildren: 10_000,
            in: registry
        )
        for index in 0..<10_000 { family[["\(index)"]].increment() }
        return registry
    }

    // MARK: Pipelining

    @Test(arguments: ["/", "/metrics", "/none", "/ready"])
    func requestsPipelinedBehindACompressedScrapeAreAnswered(_ second: String) async throws {
        let ready = ListenerRoute("/ready") { _ in ListenerResponse() }
        try await MetricsListener(registry: try Self.large(), port: 0, routes: [ready]).serving { address in
            for _ in 0..<20 {
                let client = try await RawClient(address.port)
                try await client.send(
                    """
                    GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n\
                    GET \(second) HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n\
                    HEAD /metrics HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n\
                    GET /none HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n
                    """
                )
                #expect(try await client.response()["content-encoding"] == "gzip")
                let expected = second == "/none" ? 404 : 200
                #expect(try await client.response().status == expected)
                #expect(try await client.response(isHead: true).status == 200)
                #expect(try await client.response().status == 404)
                #expect(await client.rest().isEmpty)
            }
        }
    }

    /// Runs in a separate process, because nested responses would exhaust the stack of its event loop.
    @Test func pipelinedRequestsDoNotNest() async {
        await #expect(processExitsWith: .success) {
            try await MetricsListener(registry: registry(), port: 0).serving { address in
                let client = try await RawClient(address.port)
                let short = "GET /x HTTP/1.1\r\nHost:\r\n\r\n"
                // NIO's read buffer grows with the amount that arrives.
                for _ in 0..<4 {
                    try await client.send(String(repeating: short, count: 2_600))
                    for _ in 0..<2_600 { #expect(try await client.response().status == 404) }
                }
                let scrape = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
                let heads = String(repeating: "HEAD /metrics HTTP/1.1\r\nHost:\r\n\r\n", count: 1_000)
                try await client.send(scrape + String(repeating: short, count: 2_500) + scrape + heads + short)
                #expect(try await client.response().status == 200)
                for _ in 0..<2_500 { #expect(try await client.response().status == 404) }
                #expect(try await client.response().status == 200)
                for _ in 0..<1_000 { #expect(try await client.response(isHead: true).status == 200) }
                #expect(try await client.response().status == 404)
            }
        }
    }

    // MARK: Hosts

    @Test(arguments: [
        "localhost", "LOCALHOST:9464", "localhost.", "a.localhost", "127.0.0.1", "127.8.9.1:80", "[::1]", "[::1]:9464",
        "metrics.example:443", "other.example", "",
    ])
    func aLoopbackAddressServesLocalAndAllowedHosts(_ host: String) async throws {
        let allowed = ["Metrics.example", "other.example:80"]
        try await MetricsListener(registry: registry(), port: 0, allowedHosts: allowed).serving { address in
            let client = try await RawClient(address.port)
            try await client.send("GET /metrics HTTP/1.1\r\nHost: \(host)\r\n\r\n")
            #expect(try await client.response().status == 200)
        }
    }

    @Test(arguments: [
        "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evillocalhost", "10.0.0.1", "1127.0.0.1",
        "127.0.0.1.1", "127.0.0", "[::2]", "0.0.0.0", "metrics.example.evil",
    ])
    func aLoopbackAddressRejectsOtherHosts(_ host: String) async throws {
        let healthcheck = Healthcheck(service: ServiceInfo(name: "a", version: "1"), providers: [])
        let reports = Reports()
        let listener = MetricsListener(
            registry: registry(),
            port: 0,
            allowedHosts: ["metrics.example"],
            healthcheck: healthcheck,
            onError: reports.add
        )
        try await listener.serving { address in
            let client = try await RawClient(address.port)
            for target in ["/metrics", "/.well-known/healthcheck.json", "/live", "/none"] {
                try await client.send("GET \(target) HTTP/1.1\r\nHost: \(host)\r\n\r\n")
                let response = try await client.response()
                #expect(response.status == 421)
                #expect(!response.text.contains(host))
            }
            // The target's own authority overrides the header.
            try await client.send("GET http://\(host)/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try await client.response().status == 421)
        }
        #expect(await reports.first() == .hostRejected)
    }

    /// In lowercase, the Kelvin sign is a k. The last character is a mark that joins the space after it.
    @Test(arguments: ["\u{212A}iosk.example", "kiosk.example\u{600} "])
    func aHostThatOnlyLooksAllowedIsMalformed(_ host: String) async throws {
        let listener = MetricsListener(registry: registry(), port: 0, allowedHosts: ["kiosk.example"])
        try await listener.serving { address in
            let client = try await RawClient(address.port)
            try await client.send("GET /metrics HTTP/1.1\r\nHost: \(host)\r\n\r\n")
            #expect(try await client.response().status == 400)
        }
    }

    @Test func aNonLoopbackAddressServesAnyHostUnlessSomeAreAllowed() async throws {
        for (allowed, status) in [([], 200), (["metrics.example"], 421)] {
            let listener = MetricsListener(
                registry: registry(),
                host: "0.0.0.0",
                port: 0,
                allowsNonLoopback: true,
                allowedHosts: allowed
            )
            try await listener.serving { address in
                let client = try await RawClient(address.port)
                try await client.send("GET /metrics HTTP/1.1\r\nHost: web-1.example:9464\r\n\r\n")
                #expect(try await client.response().status == status)
            }
        }
    }

    @Test(arguments: [
        "", "Host: a\r\nHost: a\r\n", "Host: a b\r\n", "Host: a,b/c\r\n", "Host: a:b\r\n", "Host: a:123456\r\n",
        "Host: [::1\r\n", "Host: é\r\n", "Host: a@b\r\n", "Host: :80\r\n",
    ])
    func aRequestWithoutOneValidHostReturns400(_ headers: String) async throws {
        try await MetricsListener(registry: registry(), port: 0, allowedHosts: ["a"]).serving { address in
            let client = try await RawClient(address.port)
            try await client.send("GET /metrics HTTP/1.1\r\n\(headers)\r\n")
            #expect(try await client.response().status == 400)
            #expect(await client.rest().isEmpty)
        }
    }

    // MARK: Bodies and halves

    @Test(arguments: ["100-continue", "100-Continue"])
    func anExpectationIsAnsweredAtOnce(_ expectation: String) async throws {
        try await MetricsListener(registry: registry(), port: 0).serving { address in
            for (method, target, status) in [("GET", "/metrics", 200), ("POST", "/metrics", 405), ("PUT", "/x", 404)] {
                let client = try await RawClient(address.port)
                let headers = "Expect: \(expectation)\r\nContent-Length: 10\r\n"
                let response = try await client.get(target, headers: headers, method: method)
                #expect(response.status == status)
                #expect(response["connection"] == "close")
                #expect(await client.rest().isEmpty)
            }
            let other = try await RawClient(address.port)
            let response = try await other.get("/metrics", headers: "Expect: a-miracle\r\nContent-Length: 10\r\n")
            #expect(response.status == 417)
        }
    }

    @Test(arguments: ["", "Accept-Encoding: gzip\r\n"])
    func aHalfClosedClientIsAnswered(_ headers: String) async throws {
        try await MetricsListener(registry: try Self.large(), port: 0).serving { address in
            for _ in 0..<20 {
                let client = try await RawClient(address.port, outlasts: true)
                let request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\(headers)\r\n"
                try await client.send(request + request)
                try await client.finishSending()
                for _ in 0..<2 { #expect(try await client.response().status == 200) }
                // The listener closes the connection, which has no further use.
                #expect(await client.rest().isEmpty)
            }
        }
    }

    @Test func aHalfClosedConnectionWithoutARequestIsClosed() async throws {
        try await MetricsListener(registry: registry(), port: 0).serving { address in
            for sent in ["", "GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n"] {
                let client = try await RawClient(address.port, outlasts: true)
                try await client.send(sent)
                if !sent.isEmpty { #expect(try await client.response().status == 404) }
                try await client.finishSending()
                #expect(await client.rest().isEmpty)
            }
        }
    }

    @Test func aTruncatedBodyWithoutALengthEndsInAReset() async throws {
        let source = ExpositionSource { _ in { Array(repeating: 0x78, count: 65_536) } }
        let limits = ListenerLimits(requestTimeout: .seconds(2))
        try await MetricsListener(exposition: source, port: 0, limits: limits).serving { address in
            let client = try await RawClient(address.port, reads: false)
            try await client.send("GET /metrics HTTP/1.0\r\n\r\n")
            // A reset, not an orderly end.
            #expect(await client.isReset())
        }
    }

    // MARK: Headers

    @Test func everyResponseHasADateAndForbidsSniffing() async throws {
        let own = ListenerRoute("/own") { _ in
            ListenerResponse(headers: [("Date", "Thu, 01 Jan 1970 00:00:00 GMT")])
        }
        try await MetricsListener(registry: registry(), port: 0, routes: [own]).serving { address in
            let client = try await RawClient(address.port)
            for target in ["/metrics", "/none", "/own"] {
                let response = try await client.get(target)
                #expect(response["x-content-type-options"] == "nosniff")
                let date = try #require(response["date"])
                #expect(date.wholeMatch(of: /\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/) != nil)
                if target == "/own" { #expect(date.hasSuffix("1970 00:00:00 GMT")) }
            }
            #expect(try await client.get("/metrics")["cache-control"] == "no-store")
        }
    }

    @Test func nothingIsSentAfterTheLastResponse() async throws {
        try await MetricsListener(registry: registry(), port: 0).serving { address in
            let client = try await RawClient(address.port)
            try await client.send(
                "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\ngarbage\r\n\r\n"
            )
            #expect(try await client.response().status == 200)
            #expect(await client.rest().isEmpty)
        }
    }
}
#endif
