import Tally
import TallyTesting
import Testing

/// Runs the examples of the documentation comments: the code between the marks.
@Suite(.timeLimit(.minutes(5)))
struct ExampleTests {
    private enum Method: String, LabelSet, LabelValue {
        case get
        static let schema: [Label<Self>] = [Label("method", \.self)]
    }

    private struct ServerMetrics {
        init(in registry: MetricRegistry) { _ = Counter("requests_total", help: "Requests.", in: registry) }
    }

    private let registry = MetricRegistry(ownMetrics: false)

    // GUIDE Lint example
    @Test func metricsAreWellNamed() throws {
        let registry = MetricRegistry()
        _ = ServerMetrics(in: registry)
        try registry.expectNoLint()
    }
    // END

    @Test func aManualClockAdvancesAsDocumented() async throws {
        // GUIDE ManualClock example
        let clock = ManualClock()
        let registry = MetricRegistry(clock: clock)
        async let beat: Void = clock.sleep(until: clock.now.advanced(by: .seconds(5)))
        try await clock.waitForSleepers(1)
        clock.advance(by: .seconds(5))
        try await beat
        // END
        _ = registry
    }

    @Test func expositionsAreExpectedAsDocumented() throws {
        let served = Family<Method, Counter>("http_requests_total", help: "Requests.", in: registry)
        served[.get].increment(by: 3)
        // GUIDE MetricRegistry+Expectation example
        try registry.expect(
            text: """
                # TYPE http_requests_total counter
                http_requests_total{method="get"} 3
                """
        )
        // END
        // GUIDE MetricRegistry+Reading example
        #expect(try registry.value(of: "http_requests_total", labels: ["method": "get"]) == 3)
        // END
        let body = registry.exposition(as: .openMetrics).body
        // GUIDE ExpositionParser example
        let exposition = try ExpositionParser(.openMetrics).parse(body)
        let requests = exposition.samples(of: "http_requests_total")
        // END
        #expect(requests.map(\.value) == [3])
    }
}
