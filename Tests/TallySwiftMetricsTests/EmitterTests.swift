#if SwiftMetrics
import CoreMetrics
import Dispatch
import Metrics
import Tally
import TallySwiftMetrics
import TallyTesting
import Testing

/// The metrics of real libraries, made as those libraries make them.
@Suite(.timeLimit(.minutes(10)))
struct EmitterTests {
    private let registry = MetricRegistry(ownMetrics: false)

    private func series(_ name: String) throws -> [String] { try registry.samples(of: name).map(\.description) }

    /// swift-jobs gives one label different dimensions.
    @Test func theShapesOfSwiftJobsStandTogether() throws {
        let factory = TallyMetricsFactory(registry: registry)
        Metrics.Counter(label: "swift.jobs", dimensions: [("name", "Mail"), ("status", "queued")], factory: factory)
            .increment()
        for queue in ["default", "slow"] {
            let dimensions = [("status", "processing"), ("name", "Mail"), ("queue", queue)]
            let meter = Meter(label: "swift.jobs.meter", dimensions: dimensions, factory: factory)
            meter.increment()
            meter.decrement()
        }
        Meter(label: "swift.jobs.meter", dimensions: [("status", "queued"), ("name", "Mail")], factory: factory)
            .increment()
        Metrics.Counter(
            label: "swift.jobs",
            dimensions: [("name", "Mail"), ("reason", "timeout"), ("status", "failed")],
            factory: factory
        ).increment()
        #expect(
            try series("swift_jobs_total") == [
                #"swift_jobs_total{name="Mail",status="queued"} 1"#,
                #"swift_jobs_total{name="Mail",reason="timeout",status="failed"} 1"#,
            ]
        )
        #expect(try series("swift_jobs_meter").count == 3)
        #expect(factory.rejected.isEmpty)
        try registry.expectNoLint(except: ["swift_jobs_meter"])
    }

    /// Vapor 4's names are ready for Prometheus.
    @Test func theNamesOfVapor4AreNotDoubled() throws {
        let factory = TallyMetricsFactory(registry: registry)
        let dimensions = [("method", "GET"), ("path", "/users/:id"), ("status", "200")]
        Metrics.Counter(label: "http_requests_total", dimensions: dimensions, factory: factory).increment()
        Metrics.Counter(label: "http_request_errors_total", dimensions: dimensions, factory: factory).increment()
        Metrics.Timer(
            label: "http_request_duration_seconds",
            dimensions: dimensions,
            preferredDisplayUnit: .seconds,
            factory: factory
        ).recordNanoseconds(30_000_000)
        let requests = #"http_requests_total{method="GET",path="/users/:id",status="200"} 1"#
        #expect(try series("http_requests_total") == [requests])
        #expect(try registry.value(of: "http_request_errors_total") == 1)
        #expect(try registry.histogram(of: "http_request_duration_seconds")?.sum == 0.03)
    }

    /// Vapor 5 makes four objects for each request, with methods and schemes that callers choose.
    @Test func theObjectsOfVapor5AreFoundAgainAndLimited() throws {
        let factory = TallyMetricsFactory(registry: registry, maxChildren: 50)
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for request in 0..<200 {
                let dimensions = [
                    ("http.request.method", request % 10 == 0 ? "JUNK\(thread)\(request)" : "GET"),
                    ("url.scheme", "https"), ("http.route", "/users/:id"), ("network.protocol.name", "http"),
                    ("server.address", "localhost"), ("server.port", "8080"), ("http.response.status_code", "200"),
                ]
                Meter(label: "http.server.active_requests", dimensions: dimensions, factory: factory).increment()
                Recorder(label: "http.server.request.body.size", dimensions: dimensions, factory: factory).record(128)
                Metrics.Timer(label: "http.server.request.duration", dimensions: dimensions, factory: factory)
                    .recordMilliseconds(2)
                Recorder(label: "http.server.response.body.size", dimensions: dimensions, factory: factory)
                    .record(4_096)
                Meter(label: "http.server.active_requests", dimensions: dimensions, factory: factory).decrement()
            }
        }
        let counts = try registry.samples(of: "http_server_request_duration_seconds_count")
        #expect(counts.count == 51)
        #expect(counts.reduce(0) { $0 + $1.value } == 1_600)
        #expect(try registry.samples(of: "http_server_active_requests").allSatisfy { $0.value == 0 })
        let sizes = try registry.samples(of: "http_server_response_body_size_sum")
        #expect(sizes.reduce(0) { $0 + $1.value } == 1_600 * 4_096)
    }

    /// The gauges that swift-system-metrics sets in its loop, whose names are Prometheus' standard ones.
    private func emitSystemMetrics(_ factory: TallyMetricsFactory) {
        let names = [
            "process_virtual_memory_bytes", "process_resident_memory_bytes", "process_start_time_seconds",
            "process_cpu_seconds_total", "process_max_fds", "process_open_fds",
        ]
        for name in names { Metrics.Gauge(label: name, factory: factory).record(7) }
    }

    @Test(arguments: [true, false])
    func swiftSystemMetricsYieldsToProcessMetrics(isFirst: Bool) throws {
        let factory = TallyMetricsFactory(registry: registry)
        if isFirst { emitSystemMetrics(factory) }
        ProcessMetrics.register(in: registry)
        emitSystemMetrics(factory)
        let cpu = try registry.samples(of: "process_cpu_seconds_total")
        #expect(cpu.count == 1 && cpu.first?.value != 7)
        #expect(factory.rejected.allSatisfy { $0.reason == .kind })
        #expect(factory.rejected.count == 6)
    }

    @Test func withoutProcessMetricsThoseGaugesAreExposed() throws {
        let factory = TallyMetricsFactory(registry: registry)
        emitSystemMetrics(factory)
        #expect(try registry.value(of: "process_cpu_seconds_total") == 7)
        #expect(try registry.parsed(accept: "application/openmetrics-text").samples.count == 6)
    }

    /// Names in camel case with dots, and names of many commands.
    @Test func otherNamesBecomeValid() throws {
        let factory = TallyMetricsFactory(registry: registry)
        Metrics.Gauge(label: "RediStack.totalConnectionCount", factory: factory).record(3)
        Metrics.Counter(label: "aws_requests_total", dimensions: [("aws-service", "s3")], factory: factory).increment()
        Metrics.Timer(label: "valkey.command.get.duration", factory: factory).recordNanoseconds(1)
        #expect(try registry.value(of: "RediStack_totalConnectionCount") == 3)
        #expect(try series("aws_requests_total") == [#"aws_requests_total{aws_service="s3"} 1"#])
        #expect(try registry.histogram(of: "valkey_command_get_duration_seconds")?.count == 1)
    }

    /// Each test binds its own factory, so tests that run at once do not see each other's metrics.
    @Test(arguments: 0..<20)
    func testsThatRunAtOnceBindTheirOwnFactory(_ number: Int) async throws {
        let registry = MetricRegistry()
        await withMetricsFactory(TallyMetricsFactory(registry: registry)) {
            let hits = Metrics.Counter(label: "hits")
            await withTaskGroup { group in
                for _ in 0..<number {
                    group.addTask {
                        Metrics.Counter(label: "hits").increment()
                        hits.increment()
                    }
                }
            }
        }
        #expect(try registry.value(of: "hits_total") == Double(2 * number))
    }
}
#endif
