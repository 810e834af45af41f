#if Listener
import Tally
import TallyListener
import Testing

@Suite(.timeLimit(.minutes(5)))
struct MetricsRouteTests {
    @Test func textWithItsContentTypeIsTheDefault() async throws {
        try await MetricsListener(registry: registry(requests: 3), port: 0).serving { address in
            let response = try await RawClient(address.port).get("/metrics")
            #expect(response.status == 200)
            #expect(response["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(response["vary"] == "Accept, Accept-Encoding")
            #expect(response["content-length"] == "\(response.body.count)")
            #expect(response.text.contains("requests_total 3\n"))
        }
    }

    @Test(arguments: ["Accept: application/json\r\n", "Accept: image/png\r\nAccept: application/json\r\n"])
    func anyAcceptHeaderCanSelectJSON(header: String) async throws {
        try await MetricsListener(registry: registry(), port: 0).serving { address in
            let response = try await RawClient(address.port).get("/metrics", headers: header)
            #expect(response["content-type"] == "application/json")
            #expect(response.text.contains("\"requests_total\""))
        }
    }

    @Test func eachScrapeExposesCurrentValues() async throws {
        let registry = MetricRegistry()
        let counter = Counter("requests_total", help: "Requests.", in: registry)
        try await MetricsListener(registry: registry, port: 0).serving { address in
            let client = try await RawClient(address.port)
            for expected in 1...3 {
                counter.increment()
                #expect(try await client.get("/metrics").text.contains("requests_total \(expected)\n"))
            }
        }
    }

    @Test func aHeadRequestGetsTheHeadersOfGetAndNoBody() async throws {
        let source = ExpositionSource(fixed: ["one\n", "two\n", "three\n"])
        for listener in [
            MetricsListener(exposition: source, port: 0),
            MetricsListener(exposition: ExpositionSource(fixed: ["one\n"]), port: 0),
        ] {
            try await listener.serving { address in
                let client = try await RawClient(address.port)
                let get = try await client.get("/metrics")
                let head = try await client.get("/metrics", method: "HEAD")
                #expect(head.status == 200)
                #expect(head["content-type"] == get["content-type"])
                // No length, because finding it would require encoding.
                #expect(head["content-length"] == nil)
                #expect(head["transfer-encoding"] == nil)
                // No body precedes the next response.
                #expect(try await client.get("/metrics").body == get.body)
            }
        }
    }

    @Test func aSingleChunkIsSentWithALengthAndMoreAreChunked() async throws {
        let one = MetricsListener(exposition: ExpositionSource(fixed: ["one\n"]), port: 0)
        try await one.serving { address in
            let response = try await RawClient(address.port).get("/metrics")
            #expect(response["content-length"] == "4")
            #expect(response["transfer-encoding"] == nil)
        }
        let three = MetricsListener(exposition: ExpositionSource(fixed: ["one\n", "two\n", "three\n"]), port: 0)
        try await three.serving { address in
            let response = try await RawClient(address.port).get("/metrics")
            #expect(response["content-length"] == nil)
            #expect(response["transfer-encoding"] == "chunked")
            #expect(response.chunks == 3)
            #expect(response.text == "one\ntwo\nthree\n")
        }
    }

    @Test func anEmptyExpositionHasAnEmptyBody() async throws {
        try await MetricsListener(exposition: ExpositionSource(fixed: []), port: 0).serving { address in
            let response = try await RawClient(address.port).get("/metrics")
            #expect(response.status == 200)
            #expect(response["content-length"] == "0")
        }
    }

    @Test func anHTTP10ClientGetsAnUnchunkedBodyAndAClose() async throws {
        let listener = MetricsListener(exposition: ExpositionSource(fixed: ["one\n", "two\n"]), port: 0)
        try await listener.serving { address in
            let client = try await RawClient(address.port)
            try await client.send("GET /metrics HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let response = try await client.response()
            #expect(response["transfer-encoding"] == nil)
            #expect(response["connection"] == "close")
            #expect(response.text == "one\ntwo\n")
        }
    }
}

extension ExpositionSource {
    init(fixed chunks: [String]) {
        self.init { _ in
            let count = Count()
            return {
                let index = count.increment() - 1
                return index < chunks.count ? Array(chunks[index].utf8) : nil
            }
        }
    }
}
#endif
