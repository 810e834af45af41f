import CoreMetrics
import Tally
import TallySwiftMetrics

/// Checks the factory for swift-metrics. Its arguments are made before.
@MainActor
func checkSwiftMetrics(_ checks: Checks) {
    let registry = MetricRegistry()
    let factory = TallyMetricsFactory(registry: registry)
    let dimensions = [
        ("http.response.status_code", "200"), ("hb.uri", "/users/{id}/settings"), ("http.request.method", "GET"),
    ]
    checks.check("1000 handlers of existing series, and updates") {
        for index in 0..<1000 {
            let counter = factory.makeCounter(label: "hb.requests", dimensions: dimensions)
            counter.increment(by: Int64(index))
            counter.reset()
            factory.makeFloatingPointCounter(label: "cost", dimensions: dimensions).increment(by: Double(index))
            let meter = factory.makeMeter(label: "http.server.active_requests", dimensions: dimensions)
            meter.increment(by: 1)
            meter.set(Int64(index))
            factory.makeRecorder(label: "body.size", dimensions: dimensions, aggregate: true).record(Int64(index))
            factory.makeRecorder(label: "depth", dimensions: dimensions, aggregate: false).record(Int64(index))
            factory.makeTimer(label: "wait", dimensions: dimensions).recordNanoseconds(Int64(index))
        }
    }
}
