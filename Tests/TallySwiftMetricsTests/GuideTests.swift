#if SwiftMetrics
import Metrics
import Tally
import TallySwiftMetrics
import TallySwiftMetricsConformance
import TallyTestSupport
import TallyTesting
import Testing

/// Runs the code of the module's page and guides: the code between the marks.
@Suite(.timeLimit(.minutes(5)))
struct GuideTests {
    private static func text(_ registry: MetricRegistry) -> String {
        String(decoding: registry.exposition().body, as: UTF8.self)
    }

    /// Compiled but not run, because a process can bootstrap only once.
    private func bootstrap() {
        // GUIDE TallySwiftMetrics bootstrap
        let registry = MetricRegistry()
        MetricsSystem.bootstrap(TallyMetricsFactory(registry: registry))
        // END
    }

    /// Compiled but not run, as above.
    private func bootstrapAsDocumented() {
        // GUIDE TallyMetricsFactory example
        let registry = MetricRegistry()
        MetricsSystem.bootstrap(TallyMetricsFactory(registry: registry))
        // END
    }

    @Test func librariesMetricsAppearAsShown() throws {
        let registry = MetricRegistry(ownMetrics: false)
        withMetricsFactory(TallyMetricsFactory(registry: registry)) {
            // GUIDE TallySwiftMetrics emit
            let dimensions = [("method", "GET"), ("route", "/users/{id}")]
            Metrics.Counter(label: "app.requests", dimensions: dimensions).increment()
            Metrics.Timer(label: "app.duration").recordMilliseconds(250)
            // END
        }
        let page = try Guide("Sources/TallySwiftMetrics/TallySwiftMetrics.docc/TallySwiftMetrics.md")
        let lines = Self.text(registry).split(separator: "\n").filter { !$0.hasPrefix("#") && !$0.contains("_bucket") }
        #expect(page.output.first == lines.joined(separator: "\n"))
    }

    @Test func rejectionsAreListedAsShown() throws {
        let registry = MetricRegistry()
        let factory = TallyMetricsFactory(registry: registry)
        ProcessMetrics.register(in: registry)
        Metrics.Gauge(label: "process_cpu_seconds_total", factory: factory).record(7)
        var lines: [String] = []
        func print(_ rejection: SwiftMetricsRejection) { lines.append("\(rejection)") }
        // GUIDE TallySwiftMetrics rejected
        for rejection in factory.rejected { print(rejection) }
        // END
        let page = try Guide("Sources/TallySwiftMetrics/TallySwiftMetrics.docc/TallySwiftMetrics.md")
        #expect(page.output.last == lines.joined(separator: "\n"))
    }

    private func signUp() { Metrics.Counter(label: "signups").increment() }

    // GUIDE TallySwiftMetrics in-a-test
    @Test func signupsAreCounted() throws {
        let registry = MetricRegistry()
        withMetricsFactory(TallyMetricsFactory(registry: registry)) {
            signUp()
        }
        #expect(try registry.value(of: "signups_total") == 1)
    }
    // END

    /// The guide's program, with a stand-in for the one bootstrap that a process may do.
    @Test func theProgramOfTheGuideWorks() throws {
        enum MetricsSystem {
            static func bootstrap(_ factory: TallyMetricsFactory) {}
        }
        // GUIDE ComingFromSwiftPrometheus after
        let registry = MetricRegistry()
        let factory = TallyMetricsFactory(
            registry: registry,
            buckets: SwiftMetricsBuckets(byLabel: ["checkout.duration": [0.05, 0.25, 1]])
        )
        MetricsSystem.bootstrap(factory)

        struct Plan: LabelSet {
            var plan: String
            static let schema: [Label<Self>] = [Label("plan", \.plan)]
        }

        let depth = Tally.Gauge("queue_depth", help: "Jobs that wait.", in: registry)
        let signups = Family<Plan, Tally.Counter>("signups_total", help: "Accounts by plan.", in: registry)

        func checkOut(plan: String) {
            signups.increment(for: Plan(plan: plan))
            Metrics.Timer(label: "checkout.duration").recordMilliseconds(120)
            depth.set(3)
        }

        func metrics(accept: String?) -> Exposition { registry.exposition(accept: accept) }
        // END
        withMetricsFactory(factory) { checkOut(plan: "free") }
        let text = String(decoding: metrics(accept: nil).body, as: UTF8.self)
        for line in [
            #"signups_total{plan="free"} 1"#, #"checkout_duration_seconds_bucket{le="0.25"} 1"#, "queue_depth 3",
        ] {
            #expect(text.contains(line + "\n"), "\(line)")
        }
    }

    /// The table of the guide lists every case, and Tally passes all of them: see `ConformanceTests`.
    @Test func theConformanceGuideListsEveryPromise() throws {
        let page = try Guide("Sources/TallySwiftMetrics/TallySwiftMetrics.docc/Conformance.md")
        let rows = page.tableRows.compactMap(\.first)
        #expect(rows == ConformanceCase.all.map(\.description))
    }
}
#endif
