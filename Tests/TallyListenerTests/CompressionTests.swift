#if Listener
import Foundation
import Tally
import TallyListener
import TallyTestSupport
import Testing

/// gzip, for clients that accept it.
@Suite(.timeLimit(.minutes(5)))
struct CompressionTests {
    private static func registry(series: Int) throws -> MetricRegistry {
        let registry = MetricRegistry(ownMetrics: false)
        let family = try Counter.family(
            validating: "many",
            help: "",
            labelNames: ["n"],
            maxChildren: 100_000,
            in: registry
        )
        for index in 0..<series { family[["\(index)"]].increment(by: index) }
        return registry
    }

    /// The body, decompressed by the program `gzip` if it is compressed.
    private func decompressed(_ response: RawResponse) throws -> [UInt8] {
        guard response["content-encoding"] == "gzip" else { return response.body }
        let outcome = try Program.run(try Program.require("gzip"), ["-dc"], input: Data(response.body))
        #expect(outcome.status == 0, "\(outcome.errorText)")
        return Array(outcome.output)
    }

    @Test(arguments: [100, 50_000])
    func theListenerCompressesForClientsThatAcceptGzip(_ series: Int) async throws {
        let registry = try Self.registry(series: series)
        let expected = registry.exposition().body
        try await MetricsListener(registry: registry, port: 0).serving { address in
            let client = try await RawClient(address.port)
            // Twice on one connection, because the compressor must start anew.
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
    func aHeadRequestGetsTheHeadersOfGetAndEncodesNothing() async throws {
        let registry = try Self.registry(series: 1000)
        let asked = Count()
        ObservedGauge("asked", help: "", in: registry) { Double(asked.increment()) }
        try await MetricsListener(registry: registry, port: 0).serving { address in
            let client = try await RawClient(address.port)
            for _ in 0..<20 {
                let head = try await client.get("/metrics", headers: "Accept-Encoding: gzip\r\n", method: "HEAD")
                #expect(head.status == 200)
                #expect(head["content-encoding"] == "gzip")
                #expect(head["content-length"] == nil)
                #expect(head["transfer-encoding"] == nil)
                #expect(head["vary"] == "Accept, Accept-Encoding")
            }
            #expect(asked.value == 0)
            let missing = try await client.get("/none", headers: "Accept-Encoding: gzip\r\n")
            #expect(missing["content-encoding"] == nil)
        }
    }

    @Test
    func http10ClientsReceiveNoChunks() async throws {
        let registry = try Self.registry(series: 50_000)
        try await MetricsListener(registry: registry, port: 0).serving { address in
            let old = try await RawClient(address.port)
            try await old.send("GET /metrics HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n")
            let answer = try await old.response()
            #expect(answer["content-encoding"] == "gzip")
            #expect(answer["transfer-encoding"] == nil)
            #expect(try decompressed(answer) == registry.exposition().body)
        }
    }

    @Test
    func hostRoutesStayUncompressedAndSeeTheirRequestHeaders() async throws {
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
    func pipelinedScrapesAreAnsweredInOrder() async throws {
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
    func eachScrapeWaitsForCollectors() async throws {
        let registry = MetricRegistry(ownMetrics: false)
        registry.register(Rows { 3 })
        try await MetricsListener(registry: registry, port: 0).serving { address in
            let client = try await RawClient(address.port)
            let response = try await client.get("/metrics")
            #expect(String(decoding: response.body, as: UTF8.self).hasSuffix("rows 3\n"))
        }
    }

    @Test
    func collectorsThatExceedTheScrapeTimeoutAreOmitted() async throws {
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
            #expect(text.contains("tally_scrape_errors_total{family=\"rows\"} 1\n"))
            #expect(!text.contains("\nrows"))
        }
        continuation.finish()
    }
}
#endif
