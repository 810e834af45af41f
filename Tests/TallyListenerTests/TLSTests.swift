#if TLS
import Foundation
import Tally
import TallyHealthcheck
import TallyTestSupport
import Testing

@testable import TallyListener

@Suite(.timeLimit(.minutes(10)))
struct TLSTests {
    private static let isMissing = Program.find("openssl") == nil && !Program.isRequired
    private static let lacksCurl = Program.find("curl") == nil && !Program.isRequired
    private static let request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"

    private static func listener(
        _ tls: ListenerTLS,
        _ authorization: ListenerAuthorization? = nil,
        limits: ListenerLimits = ListenerLimits(),
        routes: [ListenerRoute] = [],
        registry: MetricRegistry = registry(),
        _ onError: (@Sendable (ListenerReport) -> Void)? = nil
    ) -> MetricsListener {
        MetricsListener(
            registry: registry,
            port: 0,
            authorization: authorization,
            tls: tls,
            routes: routes,
            healthcheck: Healthcheck(service: ServiceInfo(name: "chat", version: "1.4.2"), providers: []),
            limits: limits,
            onError: onError
        )
    }

    private static func curl(_ arguments: String...) async throws -> Program.Outcome {
        try await onThread { try Program.run(Program.require("curl"), ["--silent", "--max-time", "600"] + arguments) }
    }

    /// Waits until a metric has a value.
    private static func wait(for line: String, in registry: MetricRegistry) async {
        while !"\(registry.exposition())".contains("\n\(line)\n") { await Task.yield() }
    }

    // MARK: Serving

    @Test(.disabled(if: isMissing || lacksCurl, "openssl or curl is not installed"))
    func curlReadsMetricsOverTLS() async throws {
        let certificates = try await TestCertificates()
        try await Self.listener(certificates.server).serving { address in
            #expect(address.url().hasPrefix("https://127.0.0.1:"))
            let url = address.url(path: "/metrics")
            let outcome = try await Self.curl("--fail", "--cacert", certificates.path("ca.crt"), url)
            #expect(outcome.status == 0)
            #expect(outcome.text.contains("requests_total 3"))
            // The server's certificate is checked, so another authority is refused by the client.
            try await certificates.makeAuthority("ca2")
            #expect(try await Self.curl("--cacert", certificates.path("ca2.crt"), url).status == 60)
        }
    }

    @Test(.disabled(if: isMissing, "openssl is not installed"))
    func requestsArePipelinedStreamedAndHalfClosedAsWithoutTLS() async throws {
        let certificates = try await TestCertificates()
        let large = ListenerRoute("/large") { _ in ListenerResponse(body: Array(repeating: 0x78, count: 3_000_000)) }
        try await Self.listener(certificates.server, routes: [large]).serving { address in
            let client = try await certificates.connect(address, outlasts: true)
            let largeRequest = "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n"
            try await client.send(Self.request + largeRequest + Self.request.replacing("GET", with: "HEAD"))
            #expect(try await client.response().text.contains("requests_total 3"))
            #expect(try await client.response().body.count == 3_000_000)
            #expect(try await client.response(isHead: true).status == 200)
            try await client.send("GET https://localhost/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try await client.response().status == 200)
            try await client.send(largeRequest)
            try await client.finishSending()
            #expect(try await client.response().body.count == 3_000_000)
            #expect(await client.rest().isEmpty)
        }
    }

    @Test(.disabled(if: isMissing, "openssl is not installed"))
    func headersBeyondTheLimitAreRefused() async throws {
        let certificates = try await TestCertificates()
        try await Self.listener(certificates.server).serving { address in
            let client = try await certificates.connect(address)
            let header = "X: \(String(repeating: "x", count: 100_000))\r\n"
            #expect(try await client.get("/metrics", headers: header).status == 431)
        }
    }

    @Test(.disabled(if: isMissing, "openssl is not installed"), arguments: ["1_1", "1_2", "1_3"])
    func versionsBelow12AreRefused(version: String) async throws {
        let certificates = try await TestCertificates()
        try await Self.listener(certificates.server).serving { address in
            let connect = [
                "s_client", "-connect", "\(address)", "-tls\(version)", "-cipher", "DEFAULT@SECLEVEL=0", "-CAfile",
                certificates.path("ca.crt"), "-verify_return_error",
            ]
            let works = (try? await certificates.run(connect)) != nil
            #expect(works == (version != "1_1"))
        }
    }

    @Test(.disabled(if: isMissing, "openssl is not installed"))
    func aUnixSocketBesideAPortIsNotEncrypted() async throws {
        let certificates = try await TestCertificates()
        let listener = MetricsListener(
            registry: registry(),
            addresses: [.tcp(port: 0), .unix(path: certificates.path("m.sock"))],
            tls: certificates.server
        )
        try await listener.servingAll { addresses in
            let encrypted = try await certificates.connect(addresses[0])
            #expect(try await encrypted.get("/metrics").status == 200)
            let plain = try await RawClient(addresses[1])
            #expect(try await plain.get("/metrics").status == 200)
            #expect(addresses[1].url().hasPrefix("http+unix://"))
        }
    }

    @Test(.disabled(if: isMissing, "openssl is not installed"))
    func aResponseInFlightFinishesAndIdleConnectionsCloseAtTheEnd() async throws {
        let certificates = try await TestCertificates()
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let (finishes, finish) = AsyncStream.makeStream(of: Void.self)
        let slow = ListenerRoute("/slow") { _ in
            start.yield()
            for await _ in finishes { break }
            return ListenerResponse(body: Array("whole".utf8))
        }
        let running = try await RunningListener(Self.listener(certificates.server, routes: [slow]))
        let busy = try await certificates.connect(running.address)
        let idle = try await certificates.connect(running.address)
        #expect(try await idle.get("/live").status == 200)
        try await busy.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for await _ in started { break }
        running.cancel()
        #expect(await idle.rest().isEmpty)
        finish.yield()
        #expect(try await busy.response().text == "whole")
        try await running.end()
    }

    @Test(.disabled(if: isMissing, "openssl is not installed"))
    func theExpiryOfTheCertificateIsExposed() async throws {
        let certificates = try await TestCertificates()
        try await certificates.make("soon", signedBy: "ca", days: 1)
        try certificates.install("soon")
        let now = Date().timeIntervalSince1970
        try await Self.listener(certificates.server).serving { address in
            let client = try await certificates.connect(address)
            let text = try await client.get("/metrics").text
            let name = "\ntally_listener_certificate_expiry_timestamp_seconds "
            let value = try #require(text.split(separator: name).last?.prefix { $0 != "\n" })
            let seconds = try #require(Double(value))
            #expect((now + 80_000...now + 90_000).contains(seconds))
        }
    }

    // MARK: Client certificates

    @Test(.disabled(if: isMissing, "openssl is not installed"))
    func onlyAValidClientCertificateIsAcceptedWhereOneIsRequired() async throws {
        let certificates = try await TestCertificates()
        try await certificates.makeAuthority("ca2")
        try await certificates.make("prometheus", signedBy: "ca")
        try await certificates.make("foreign", signedBy: "ca2")
        try await certificates.makeExpired("expired", signedBy: "ca")
        let registry = registry()
        let tls = certificates.server(.required(authorities: certificates.path("ca.crt")))
        let listener = Self.listener(tls, registry: registry) { Issue.record("\($0)") }
        try await listener.serving { address in
            let client = try await certificates.connect(address, as: "prometheus")
            #expect(try await client.get("/metrics").status == 200)
            for (count, name) in [nil, "foreign", "expired", "ca2"].enumerated() {
                // With TLS 1.3, the client learns of the refusal only after its own handshake is complete.
                let refused = try? await certificates.connect(address, as: name, sending: Self.request)
                if let bytes = await refused?.rest() { #expect(bytes.isEmpty) }
                await Self.wait(for: "tally_listener_failed_handshakes_total \(count + 1)", in: registry)
            }
            #expect(try await client.get("/metrics").status == 200)
        }
    }

    @Test(.disabled(if: isMissing, "openssl is not installed"))
    func anOptionalClientCertificateOpensWhatTheProbesDoNot() async throws {
        let certificates = try await TestCertificates()
        try await certificates.makeAuthority("ca2")
        try await certificates.make("prometheus", signedBy: "ca")
        try await certificates.make("foreign", signedBy: "ca2")
        let tls = certificates.server(.optional(authorities: certificates.path("ca.crt")))
        let echo = ListenerRoute("/certificate", needsAuthorization: false) { request in
            ListenerResponse(body: request.clientCertificate ?? [])
        }
        try await Self.listener(tls, .clientCertificate(), routes: [echo]).serving { address in
            let probe = try await certificates.connect(address)
            #expect(try await probe.get("/live").status == 200)
            #expect(try await probe.get("/metrics").status == 403)
            #expect(try await probe.get("/certificate").body.isEmpty)
            let client = try await certificates.connect(address, as: "prometheus")
            #expect(try await client.get("/metrics").status == 200)
            #expect(try await client.get("/certificate").body == certificates.der("prometheus"))
            let foreign = try? await certificates.connect(address, as: "foreign", sending: Self.request)
            if let bytes = await foreign?.rest() { #expect(bytes.isEmpty) }
        }
    }

    @Test(.disabled(if: isMissing || lacksCurl, "openssl or curl is not installed"))
    func curlSendsAClientCertificateAndAPassword() async throws {
        let certificates = try await TestCertificates()
        try await certificates.make("prometheus", signedBy: "ca")
        let tls = certificates.server(.required(authorities: certificates.path("ca.crt")))
        try await Self.listener(tls, .basic(["prometheus": "s3cret"])).serving { address in
            let arguments = [
                "--cacert", certificates.path("ca.crt"), "--cert", certificates.path("prometheus.crt"), "--key",
                certificates.path("prometheus.key"), "--write-out", "%{http_code}", "--output", "/dev/null",
            ]
            func status(_ more: String...) async throws -> String {
                try await onThread { [arguments] in
                    let curl = try Program.require("curl")
                    return try Program.run(curl, ["--silent"] + arguments + more + [address.url(path: "/metrics")]).text
                }
            }
            let statuses = [
                try await status(), try await status("--user", "prometheus:wrong"),
                try await status("--user", "prometheus:s3cret"),
            ]
            #expect(statuses == ["401", "401", "200"])
        }
    }

    // MARK: Half-open handshakes

    /// The first bytes of a ClientHello.
    private static let opening = "\u{16}\u{3}\u{1}\u{1}\0\u{1}\0\0\u{7C}\u{3}\u{3}"

    @Test(.disabled(if: isMissing, "openssl is not installed"), arguments: [0, 1, 5, 11])
    func aHandshakeThatStallsEndsWithTheHeaderTimeout(bytes: Int) async throws {
        let certificates = try await TestCertificates()
        let registry = registry()
        let limits = ListenerLimits(headerTimeout: .seconds(2))
        try await Self.listener(certificates.server, limits: limits, registry: registry).serving { address in
            let client = try await RawClient(address, sending: String(Self.opening.prefix(bytes)))
            #expect(await client.rest().isEmpty)
            await Self.wait(for: "tally_listener_timeouts_total{phase=\"handshake\"} 1", in: registry)
            #expect("\(registry.exposition())".contains("\ntally_listener_failed_handshakes_total 0\n"))
            let other = try await certificates.connect(address)
            #expect(try await other.get("/metrics").status == 200)
        }
    }

    @Test(.disabled(if: isMissing, "openssl is not installed"))
    func halfOpenHandshakesMakeRoomForAClient() async throws {
        let certificates = try await TestCertificates()
        let registry = registry()
        let limits = ListenerLimits(maxConnections: 4)
        try await Self.listener(certificates.server, limits: limits, registry: registry).serving { address in
            var held: [RawClient] = []
            for count in 0..<40 {
                held.append(try await RawClient(address, sending: String(Self.opening.prefix(count % 12))))
            }
            let client = try await certificates.connect(address)
            #expect(try await client.get("/metrics").status == 200)
            // An evicted connection ends at once, and not only when the client answers the end of TLS.
            #expect(await held[0].rest().isEmpty)
            await Self.wait(for: "tally_listener_refused_connections_total{reason=\"evicted\"} 37", in: registry)
        }
    }

    @Test(
        .disabled(if: isMissing, "openssl is not installed"),
        arguments: [
            "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", "\0\0\0\0\0\0\0\0",
            "\u{16}\u{3}\u{1}\u{7F}\u{7F}garbage",
        ]
    )
    func bytesThatAreNoHandshakeAreCountedAndNotReported(bytes: String) async throws {
        let certificates = try await TestCertificates()
        let registry = registry()
        let limits = ListenerLimits(headerTimeout: .seconds(2))
        let listener = Self.listener(certificates.server, limits: limits, registry: registry) { Issue.record("\($0)") }
        try await listener.serving { address in
            let client = try await RawClient(address, sending: bytes)
            let answer = String(decoding: await client.rest(), as: UTF8.self)
            #expect(!answer.contains("HTTP/1.1"))
            let client2 = try await certificates.connect(address)
            #expect(try await client2.get("/metrics").status == 200)
        }
    }

    @Test(.disabled(if: isMissing, "openssl is not installed"))
    func aTruncatedResponseDoesNotLookComplete() async throws {
        let certificates = try await TestCertificates()
        let roadblock = Roadblock()
        let count = Count()
        let source = ExpositionSource { _ in
            {
                if count.increment() == 3 { roadblock.block() }
                return Array(repeating: 0x78, count: 65_536)
            }
        }
        var listener = MetricsListener(
            exposition: source,
            port: 0,
            limits: ListenerLimits(requestTimeout: .seconds(2))
        )
        listener.configuration.tls = certificates.server
        try await listener.serving { address in
            // The body of a response to HTTP/1.0 ends with the connection.
            let client = try await certificates.connect(address, sending: "GET /metrics HTTP/1.0\r\n\r\n")
            await roadblock.waitForArrival()
            #expect(await client.isReset())
            roadblock.open()
        }
    }
}
#endif
