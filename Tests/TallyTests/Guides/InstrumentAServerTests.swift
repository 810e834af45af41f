import Tally
import TallyTestSupport
import Testing

/// Runs the code of the guide "Instrument a server": the code between the marks.
struct InstrumentAServerTests {
    @Test func theLandingPagesCodePrintsTheShownOutput() throws {
        // GUIDE Tally overview
        let registry = MetricRegistry(ownMetrics: false)
        let connections = Counter("chat_connections_total", help: "Connections accepted since boot.", in: registry)
        let clients = Gauge("chat_connected_clients", help: "Clients connected now.", in: registry)

        connections.increment()
        let scrape = clients.withIncrement {
            registry.exposition(accept: nil)
        }
        // END
        let page = try Guide("Sources/Tally/Tally.docc/Tally.md")
        #expect(page.output == [String(decoding: scrape.body, as: UTF8.self).withoutLastLineFeed])
    }

    struct Request {
        var method = Route.Method.get
        var headers: [String: String] = [:]
        var traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
    }

    struct Response {
        var outcome = Route.Outcome.ok
    }

    func respond(to request: Request) async throws -> Response { Response() }

    // GUIDE InstrumentAServer Route
    struct Route: LabelSet {
        enum Method: String, LabelValue {
            case get = "GET"
            case post = "POST"
            case other
        }
        enum Outcome: String, LabelValue {
            case ok
            case clientError = "client_error"
            case serverError = "server_error"
        }
        var method: Method
        var outcome: Outcome
        static let schema: [Label<Self>] = [Label("method", \.method), Label("outcome", \.outcome)]
    }

    enum Phase: String, LabelValue, CaseIterable {
        case starting
        case serving
        case draining
    }

    struct ServerMetrics: Sendable {
        let connections: Counter
        let clients: Gauge
        let rendering: FloatCounter
        let requests: Family<Route, Counter>
        let latency: Histogram
        let phase: StateSet<Phase>

        init(in registry: MetricRegistry, queueDepth: @escaping @Sendable () -> Double) {
            connections = Counter("chat_connections_total", help: "Connections accepted since boot.", in: registry)
            clients = Gauge("chat_connected_clients", help: "Clients connected now.", in: registry)
            rendering = FloatCounter("chat_rendering_seconds_total", help: "Time spent on pages.", in: registry)
            requests = Family("http_requests_total", help: "Requests served.", in: registry)
            latency = Histogram("http_request_duration_seconds", help: "Time to respond.", in: registry)
            phase = StateSet("chat_phase", help: "What the server is about.", in: registry)
            ObservedGauge("chat_queue_depth", help: "Lines waiting to be sent.", in: registry, queueDepth)
            Info("chat_build", help: "What is running.", labels: ["version": "1.4.2"], in: registry)
        }
    }
    // END

    private struct Queue: Sendable {
        let count = 3
    }

    let registry: MetricRegistry
    let metrics: ServerMetrics

    init() {
        let queue = Queue()
        // GUIDE InstrumentAServer at-boot
        let registry = MetricRegistry()
        let metrics = ServerMetrics(in: registry, queueDepth: { Double(queue.count) })
        ProcessMetrics.register(in: registry)
        metrics.phase.set(.serving)
        // END
        self.registry = registry
        self.metrics = metrics
    }

    // GUIDE InstrumentAServer handle
    func handle(_ request: Request) async throws -> Response {
        try await metrics.clients.withIncrement {
            let response = try await metrics.latency.time {
                try await respond(to: request)
            }
            metrics.requests.increment(for: Route(method: request.method, outcome: response.outcome))
            return response
        }
    }
    // END

    @Test func theHandlerUpdatesTheMetrics() async throws {
        _ = try await handle(Request())
        _ = try await handle(Request(method: .post))
        #expect(metrics.requests[Route(method: .get, outcome: .ok)].value == 1)
        #expect(metrics.latency.count == 2)
        #expect(metrics.clients.value == 0)
        let text = registry.text
        let guide = try Guide("Sources/Tally/Tally.docc/InstrumentAServer.md")
        for line in guide.output.flatMap({ $0.split(separator: "\n") }) {
            #expect(text.contains("\(line)\n"))
        }
        #expect(text.contains("\nprocess_start_time_seconds "))
    }

    @Test func handlesExemplarsAndRepeatedRegistrationsWork() throws {
        // GUIDE InstrumentAServer count-in-the-handlers
        let served = metrics.requests[Route(method: .get, outcome: .ok)]
        served.increment()
        // END
        let request = Request()
        let took = Duration.milliseconds(742)
        // GUIDE InstrumentAServer give-an-example-of-what-was-counted
        metrics.latency.observe(took, exemplar: ["trace_id": request.traceID])
        // END
        // GUIDE InstrumentAServer register-twice
        let again = Counter("chat_connections_total", help: "Connections accepted since boot.", in: registry)
        again.increment()  // metrics.connections counts it, too
        // END
        let queueName = "mail"
        // GUIDE InstrumentAServer run-time-name
        let jobs = try Counter(validating: "\(queueName)_jobs_total", help: "Jobs done.", in: registry)
        jobs.increment()
        // END
        #expect(metrics.connections.value == 1)
        #expect(served.value == 1)
        let openMetrics = String(decoding: registry.exposition(as: .openMetrics).body, as: UTF8.self)
        #expect(openMetrics.contains(" # {trace_id=\"\(request.traceID)\"} 0.742 "))
        #expect(openMetrics.contains("\nmail_jobs_total 1\n"))
    }

    @Test func theGuideShowsOutput() throws {
        let guide = try Guide("Sources/Tally/Tally.docc/InstrumentAServer.md")
        #expect(!guide.output.isEmpty)
    }
}

extension String {
    /// The text as in a code block, whose closing fence is on a separate line.
    var withoutLastLineFeed: String { hasSuffix("\n") ? String(dropLast()) : self }

    private struct Span: Sendable {
        @TaskLocal static var current: Span?
        var traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
    }

    @Test func exemplarsComeFromTheContext() {
        // GUIDE InstrumentAServer exemplars-from-the-context
        let registry = MetricRegistry(exemplars: {
            Span.current.map { ["trace_id": $0.traceID] }
        })
        // END
        let served = Counter("http_requests_total", help: "Requests served.", in: registry)
        Span.$current.withValue(Span()) { served.increment() }
        let text = String(decoding: registry.exposition(as: .openMetrics).body, as: UTF8.self)
        #expect(text.contains(##"http_requests_total 1 # {trace_id="4bf92f3577b34da6a3ce929d0e0e4736"} 1 "##))
    }
}
