import Tally
import Testing

/// Runs the examples of the documentation comments: the code between the marks.
struct ExampleTests {
    private let registry = MetricRegistry()

    private struct Client: Sendable {}
    private struct Response: Sendable {}
    private struct Request {
        var method = "GET"
        var headers: [String: String] = [:]
        var query: String?
    }

    enum Outcome: String, LabelValue {
        case ok
        case clientError = "client_error"
    }

    // GUIDE LabelValue example
    enum Method: String, LabelValue {
        case get = "GET"
        case post = "POST"
        case other
    }
    // END

    // GUIDE LabelSet example
    struct Route: LabelSet {
        var method: Method
        var outcome: Outcome
        static let schema: [Label<Self>] = [Label("method", \.method), Label("outcome", \.outcome)]
    }
    // END

    private func serve(_ client: Client) async throws {}
    private func respond() async throws -> Response { Response() }

    private struct PushClient {
        func send(_ method: String, _ url: String, contentType: String, body: [UInt8]) async throws {}
    }

    @Test func metricsArePushedAsDocumented() async throws {
        let client = PushClient()
        let gateway = "http://gateway:9091"
        // GUIDE PushRequest example
        let push = registry.pushgateway(job: "backup", grouping: ["instance": "web-1"])
        try await client.send(push.method, gateway + push.path, contentType: push.contentType, body: push.body)
        // END
        #expect(push.path == "/metrics/job/backup/instance/web-1")
    }

    @Test func instrumentsCountAsDocumented() async throws {
        // GUIDE Counter example
        let served = Counter("http_requests_total", help: "Requests served.", in: registry)
        served.increment()
        // END
        let client = Client()
        // GUIDE Gauge example
        let clients = Gauge("websocket_connected_clients", help: "Clients connected now.", in: registry)
        try await clients.withIncrement { try await serve(client) }
        // END
        // GUIDE Histogram example
        let latency = Histogram("http_request_duration_seconds", help: "Time to respond.", in: registry)
        let answer = try await latency.time { try await respond() }
        // END
        _ = answer
        struct Span { let traceID = "4bf92f3577b34da6a3ce929d0e0e4736" }
        let span = Span()
        // GUIDE Exemplar example
        latency.observe(.milliseconds(742), exemplar: ["trace_id": span.traceID])
        served.increment(exemplar: ["trace_id": span.traceID])
        // END
        // GUIDE NativeBuckets example
        let rpc = Histogram("rpc_seconds", help: "Time of a call.", native: .standard, in: registry)
        rpc.observe(.milliseconds(12))
        // END
        // GUIDE FloatCounter example
        let busy = FloatCounter("worker_busy_seconds_total", help: "Time spent on jobs.", in: registry)
        busy.increment(by: .milliseconds(1_500))
        // END
        #expect(served.value == 2)
        #expect(clients.value == 0)
        #expect(latency.count == 2)
        #expect(busy.value == 1.5)
    }

    @Test func aTimerEndsElsewhereAsDocumented() {
        struct Future {
            func whenComplete(_ body: (Bool) -> Void) { body(true) }
        }
        struct Channel {
            func write(_ request: Request) -> Future { Future() }
        }
        let latency = Histogram("latency_seconds", help: "Time to respond.", in: registry)
        let (channel, request) = (Channel(), Request())
        // GUIDE Histogram+Timer example
        let timer = latency.start()
        channel.write(request).whenComplete { _ in timer.observe() }
        // END
        #expect(latency.count == 1)
    }

    @Test func familiesFindTheirChildrenAsDocumented() throws {
        // GUIDE Family example
        let requests = Family<Route, Counter>("http_requests_total", help: "Requests served.", in: registry)
        requests.increment(for: Route(method: .get, outcome: .ok))
        // END
        // GUIDE DynamicFamily example
        let jobs = try Counter.family(
            validating: "queue_jobs_total",
            help: "Jobs by queue.",
            labelNames: ["queue", "state"],
            in: registry
        )
        jobs[["mail", "done"]].increment()
        // END
        #expect(requests[Route(method: .get, outcome: .ok)].value == 1)
        #expect(jobs[["mail", "done"]].value == 1)
    }

    @Test func activeUsersAreCountedAsDocumented() {
        let userID = "alice"
        // GUIDE ActiveUsers example
        let activeUsers = ActiveUsers(
            "active_users",
            help: "Distinct users.",
            windows: [.hours(24), .days(7)],
            in: registry
        )
        activeUsers.record(userID)
        // END
        #expect("\(registry.exposition())".contains("active_users{window=\"24h\"} 1\n"))
    }

    @Test func statesAndInfosAreExposedAsDocumented() {
        // GUIDE StateSet example
        enum Phase: String, LabelValue, CaseIterable { case starting, serving, draining }
        let phase = StateSet<Phase>("server_phase", help: "What the server does.", in: registry)
        phase.set(.serving)
        // END
        // GUIDE Info example
        Info("chat_build", help: "What is running.", labels: ["version": "1.4.2"], in: registry)
        // END
        // GUIDE ProcessMetrics example
        ProcessMetrics.register(in: registry)
        // END
        let text = "\(registry.exposition())"
        #expect(text.contains("server_phase{server_phase=\"serving\"} 1\n"))
        #expect(text.contains("chat_build_info{version=\"1.4.2\"} 1\n"))
        #expect(text.contains("\nprocess_start_time_seconds "))
    }

    @Test func valuesOfOthersAreReadAsDocumented() {
        struct Queue: Sendable { let count = 3 }
        struct Pool: Sendable {
            let connects = 7
            func state() throws -> (idle: Int, busy: Int) { (2, 5) }
        }
        let (queue, pool) = (Queue(), Pool())
        // GUIDE ObservedGauge example
        ObservedGauge("queue_depth", help: "Lines waiting to be sent.", in: registry) { Double(queue.count) }
        // END
        // GUIDE ObservedCounter example
        ObservedCounter("pool_connects_total", help: "Connections made by the pool.", in: registry) { pool.connects }
        // END
        // GUIDE MetricCollector example
        struct PoolCollector: MetricCollector {
            static let connections = CollectedFamily.gauge("pool_size", help: "Connections.", labelNames: ["state"])
            let pool: Pool
            var families: [CollectedFamily] { [Self.connections] }

            func collect(into samples: inout CollectedSamples) throws {
                let state = try pool.state()
                samples.set(Self.connections, ["idle"], to: Double(state.idle))
                samples.set(Self.connections, ["busy"], to: Double(state.busy))
            }
        }
        registry.register(PoolCollector(pool: pool))
        // END
        let text = "\(registry.exposition())"
        #expect(text.contains("\nqueue_depth 3\n"))
        #expect(text.contains("\npool_connects_total 7\n"))
        #expect(text.contains("\npool_size{state=\"idle\"} 2\npool_size{state=\"busy\"} 5\n"))
    }

    @Test func aRegistryIsExposedAsDocumented() {
        let request = Request()
        // GUIDE MetricRegistry example
        let registry = MetricRegistry()
        let served = Counter("http_requests_total", help: "Requests served.", in: registry)
        let exposition = registry.exposition(accept: request.headers["Accept"])
        // END
        _ = served
        #expect("\(exposition)".contains("\nhttp_requests_total 0\n"))
    }

    @Test func aScrapeIsServedAsDocumented() async throws {
        struct Writer {
            var bytes: [UInt8] = []
            mutating func write(_ chunk: [UInt8]) async throws { bytes += chunk }
        }
        let request = Request()
        // GUIDE ScrapeRequest example
        let scrape = ScrapeRequest(query: request.query) { request.headers[$0] }
        let response = await registry.response(to: scrape)
        // END
        var streamed = Writer()
        func stream(to writer: inout Writer) async throws {
            // GUIDE ScrapeResponse example
            let response = await registry.response(to: scrape)
            for await chunk in response { try await writer.write(chunk) }
            // END
        }
        try await stream(to: &streamed)
        func collected() async -> Exposition {
            // GUIDE MetricRegistry+Collecting example
            await registry.collect(for: scrape)
            return registry.exposition(for: scrape)
            // END
        }
        let format = ExpositionFormat.prometheusText
        var writer = Writer()
        // GUIDE ExpositionChunks example
        for chunk in registry.chunks(as: format) { try await writer.write(chunk) }
        // END
        #expect(response.headers.first?.value == format.contentType)
        #expect(String(decoding: streamed.bytes, as: UTF8.self).contains("# TYPE "))
        #expect(await collected().contentType == format.contentType)
        #expect(!writer.bytes.isEmpty)
    }

    @Test func requestsAreMeasuredAsDocumented() {
        let request = Request()
        do {
            // GUIDE HTTPServerMetrics example
            let http = HTTPServerMetrics(in: registry, routes: ["/", "/users/{id}"])
            let call = http.start(method: request.method, scheme: .https)
            call.finish(route: "/users/{id}", status: 200)
            // END
        }
        // GUIDE RPCServerMetrics example
        let rpc = RPCServerMetrics(in: registry, methods: ["chat.Chat/Send"])
        let call = rpc.start(method: "chat.Chat/Send")
        call.finish(status: .ok)
        // END
        #expect(String(decoding: registry.exposition().body, as: UTF8.self).contains("http_route=\"/users/{id}\""))
    }
}
