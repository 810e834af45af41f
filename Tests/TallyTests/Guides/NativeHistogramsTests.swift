import Tally
import TallyTestSupport
import Testing

/// Runs the code of the guide "Native histograms", which is between the marks.
struct NativeHistogramsTests {
    private struct Route: LabelSet {
        enum Method: String, LabelValue { case get = "GET" }
        enum Outcome: String, LabelValue { case ok }
        var method: Method
        var outcome: Outcome
        static let schema: [Label<Self>] = [Label("method", \.method), Label("outcome", \.outcome)]
    }

    private struct Client {
        func send(_ method: String, _ url: String, contentType: String, body: [UInt8]) async throws {
            #expect(method == "PUT" && url == "http://gateway:9091/metrics/job/backup/instance/web-1")
            #expect(contentType.hasPrefix("application/vnd.google.protobuf") && !body.isEmpty)
        }
    }

    private let registry = MetricRegistry(ownMetrics: false)

    @Test func nativeBucketsAreRegisteredAsShown() throws {
        // GUIDE NativeHistograms native
        let rpc = Histogram("rpc_seconds", help: "Time of a call.", native: .standard, in: registry)
        rpc.observe(.milliseconds(12))
        // END
        #expect(rpc.count == 1)
        // GUIDE NativeHistograms both
        let latency = Family<Route, Histogram>(
            "http_request_duration_seconds",
            help: "Time to respond.",
            buckets: .http,
            native: .standard,
            in: registry
        )
        // END
        latency.observe(.milliseconds(12), for: Route(method: .get, outcome: .ok))
        let lines = registry.exposition().description.split(separator: "\n").filter { $0.contains("duration") }
        let guide = try Guide("Sources/Tally/Tally.docc/NativeHistograms.md")
        #expect(guide.output.contains(lines.dropFirst(2).prefix(3).joined(separator: "\n")))
    }

    @Test func requestsToPushAreMadeAsShown() async throws {
        Counter("files_total", help: "Files.", in: registry).increment()
        let client = Client()
        let gateway = "http://gateway:9091"
        do {
            // GUIDE NativeHistograms push
            let push = registry.pushgateway(job: "backup", grouping: ["instance": "web-1"], as: .protobuf)
            try await client.send(push.method, gateway + push.path, contentType: push.contentType, body: push.body)
            // END
        }
        // GUIDE NativeHistograms otlp
        let push = registry.otlp(resource: ["service.name": "chat"])
        // END
        #expect(push.method == "POST")
    }
}
