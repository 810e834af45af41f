#if SwiftMetrics
// Both modules in one file, as in a server that has instruments of its own and starts swift-metrics.
import Metrics
import Tally
import TallySwiftMetrics
import TallyTesting
import Testing

/// `Counter` and `Gauge` exist in both modules, so a file that imports both names the module.
struct ImportTests {
    @Test func bothModulesWorkInOneFile() throws {
        let registry = MetricRegistry(ownMetrics: false)
        let served = Tally.Counter("served_total", help: "Requests served.", in: registry)
        let depth = Tally.Gauge("queue_depth", help: "Waiting jobs.", in: registry)
        let wait = Histogram("wait_seconds", help: "Time to wait.", in: registry)
        let byRoute = Family<Route, Tally.Counter>("routes_total", help: "Requests by route.", in: registry)
        let factory = TallyMetricsFactory(registry: registry)
        withMetricsFactory(factory) {
            Metrics.Counter(label: "hits").increment()
            Metrics.Gauge(label: "level").record(2)
            Timer(label: "delay").recordSeconds(1)
            Timer.measure(label: "work") { served.increment() }
        }
        depth.set(3)
        wait.observe(.seconds(1))
        byRoute.increment(for: Route(path: "/"))
        #expect(try registry.value(of: "hits_total") == 1)
        #expect(try registry.value(of: "served_total") == 1)
        #expect(try registry.histogram(of: "work_seconds")?.count == 1)
        #expect(factory.rejected.isEmpty)
    }

    private struct Route: LabelSet {
        var path: String
        static let schema: [Label<Self>] = [Label("path", \.path)]
    }
}
#endif
