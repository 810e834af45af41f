#if Listener
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPCompression
import Tally
import Testing

@testable import TallyListener

/// gzip, for clients that take it.
@Suite(.timeLimit(.minutes(5)))
struct CompressionTests {
    private static func registry(series: Int) throws -> MetricRegistry {
        let registry = MetricRegistry(ownMetrics: false)
        let family = try Counter.family(
            validating: "many",
            help: "",
            labelNames: ["n"],
            limit: 100_000,
            in: registry
        )
        for index in 0..<series { family[["\(index)"]].increment(by: index) }
        return registry
    }

    /// What a client with the library's own decompressor reads.
    private func decompressed(_ response: RawResponse) throws -> [UInt8] {
        guard response["content-encoding"] == "gzip" else { return response.body }
        let channel = EmbeddedChannel(handler: NIOHTTPResponseDecompressor(limit: .none))
        let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["Content-Encoding": "gzip"])
        try channel.writeInbound(HTTPClientResponsePart.head(head))
        try channel.writeInbound(HTTPClientResponsePart.body(ByteBuffer(bytes: response.body)))
        try channel.writeInbound(HTTPClientResponsePart.end(nil))
        var bytes: [UInt8] = []
        while let part = try channel.readInbound(as: HTTPClientResponsePart.self) {
            if case .body(let buffer) = part { bytes += Array(buffer: buffer) }
        }
        _ = try channel.finish()
        return bytes
    }

    @Test(arguments: [100, 50_000])
    func isGivenToWhoTakesIt(_ series: Int) async throws {
        let registry = try Self.registry(series: series)
        let expected = registry.exposition().body
        try await MetricsListener(registry: registry, port: 0).serving { address in
            let client = try await RawClient(address.port)
            // Twice on one connection: the compressor begins anew.
            for _ in 0..<2 {
                let response = try await client.get("/metrics", headers: "Accept-Encoding: gzip\r\n")
                #expect(response["content-encoding"] == "gzip")
                #expect(response["vary"] == "Accept, Accept-Encoding")
                #expect(response["x-tally-compressible"] == nil)
                #expect(response.body.count < expected.count / 3)
                #expect(try decompressed(response) == expected)
            }
            let plain = try await client.get("/metrics")
            #expect(plain["content-encoding"] == nil)
            #expect(plain["vary"] == "Accept, Accept-Encoding")
            #expect(plain.body == expected)
        }
    }

    @Test
    func isNotGivenWhereItWouldBreakTheAnswer() async throws {
        let registry = try Self.registry(series: 1000)
        try await MetricsListener(registry: registry, port: 0).serving { address in
            let client = try await RawClient(address.port)
            let head = try await client.get("/metrics", headers: "Accept-Encoding: gzip\r\n", method: "HEAD")
            #expect(head["content-encoding"] == nil)
            #expect(head["content-length"] == "\(registry.exposition().body.count)")
            let missing = try await client.get("/none", headers: "Accept-Encoding: gzip\r\n")
            #expect(missing["content-encoding"] == nil)
            let old = try await RawClient(address.port)
            try await old.send("GET /metrics HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n")
            let answer = try await old.response()
            #expect(answer["content-encoding"] == nil)
            #expect(answer["transfer-encoding"] == nil)
            #expect(answer.body == registry.exposition().body)
        }
    }

    @Test
    func isNotGivenToWhatIsShortOrEmpty() async throws {
        let registry = MetricRegistry(ownMetrics: false)
        try await MetricsListener(registry: registry, port: 0).serving { address in
            let client = try await RawClient(address.port)
            let empty = try await client.get("/metrics", headers: "Accept-Encoding: gzip\r\n")
            #expect(empty["content-length"] == "0")
            #expect(empty.body.isEmpty)
            Gauge("a", help: "", in: registry).set(1)
            let short = try await client.get("/metrics", headers: "Accept-Encoding: gzip\r\n")
            #expect(short["content-encoding"] == nil)
            #expect(short.body == registry.exposition().body)
        }
    }

    @Test
    func isNotDoneToAHostsRouteWhichSeesWhatTheClientSent() async throws {
        let text = [UInt8](repeating: UInt8(ascii: "x"), count: 10_000)
        let route = ListenerRoute("/own") { request in
            ListenerResponse(headers: [("X-Seen", request.header("accept-encoding") ?? "none")], body: text)
        }
        let listener = MetricsListener(registry: MetricRegistry(), port: 0, routes: [route])
        try await listener.serving { address in
            let client = try await RawClient(address.port)
            let response = try await client.get(
                "/own",
                headers: "Accept-Encoding: br\r\nAccept-Encoding: gzip;q=0.5\r\n"
            )
            #expect(response["x-seen"] == "br, gzip;q=0.5")
            #expect(response["content-encoding"] == nil)
            #expect(response.body == text)
            let without = try await client.get("/own")
            #expect(without["x-seen"] == "none")
        }
    }

    @Test
    func followsPipelinedRequestsInTheirOrder() async throws {
        let registry = try Self.registry(series: 1000)
        let expected = registry.exposition().body
        try await MetricsListener(registry: registry, port: 0).serving { address in
            let client = try await RawClient(address.port)
            let encodings = ["gzip", "identity", "gzip", "gzip;q=0", "*"]
            try await client.send(
                encodings.map { "GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: \($0)\r\n\r\n" }.joined()
            )
            for encoding in encodings {
                let response = try await client.response()
                #expect((response["content-encoding"] == "gzip") == ["gzip", "*"].contains(encoding))
                #expect(try decompressed(response) == expected)
            }
        }
    }

    @Test(arguments: [
        ("", false), ("gzip", true), ("GZIP", true), ("x-gzip", true), ("gzip;q=0", false), ("gzip; q=0.5", true),
        ("gzip;q=0, *", false), ("*;q=0", false), ("*", true), ("identity", false), ("deflate, br", false),
        ("deflate, gzip;q=1.0, *;q=0.5", true), ("gzipped", false), ("gzip;q=x", false), ("gzip;q=", false),
        ("identity;q=1, gzip;q=0.000", false), (";;;,,=;q=1", false), ("gzip;q=0, gzip;q=1", true), ("gzip ;q=1", true),
    ])
    func isReadFromTheHeader(_ header: String, _ takesGzip: Bool) {
        #expect(EncodingNegotiation.takesGzip(header) == takesGzip)
    }
}

/// Collectors that the listener waits for.
@Suite(.timeLimit(.minutes(5)))
struct ListenerCollectorTests {
    private struct Rows: AsyncMetricCollector {
        static let rows = CollectedFamily.gauge("rows", help: "")
        let count: @Sendable () async throws -> Int
        var families: [CollectedFamily] { [Self.rows] }
        func collect(into samples: inout CollectedSamples) async throws {
            samples.set(Self.rows, to: try await count())
        }
    }

    @Test
    func areWaitedForAtEachScrape() async throws {
        let registry = MetricRegistry(ownMetrics: false)
        registry.register(Rows { 3 })
        try await MetricsListener(registry: registry, port: 0).serving { address in
            let client = try await RawClient(address.port)
            let response = try await client.get("/metrics")
            #expect(String(decoding: response.body, as: UTF8.self).hasSuffix("rows 3\n"))
        }
    }

    @Test
    func areLeftOutWhenTheScrapersTimeIsOver() async throws {
        let registry = MetricRegistry()
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        registry.register(
            Rows {
                for await _ in stream { break }
                return 3
            }
        )
        try await MetricsListener(registry: registry, port: 0).serving { address in
            let client = try await RawClient(address.port)
            let response = try await client.get(
                "/metrics",
                headers: "X-Prometheus-Scrape-Timeout-Seconds: 0.01\r\n"
            )
            let text = String(decoding: response.body, as: UTF8.self)
            #expect(text.contains("tally_collector_errors_total{family=\"rows\"} 1\n"))
            #expect(!text.contains("\nrows"))
        }
        continuation.finish()
    }
}
#endif
