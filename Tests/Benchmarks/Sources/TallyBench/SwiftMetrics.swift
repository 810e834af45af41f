import CoreMetrics
import Tally
import TallySwiftMetrics

/// The backend for swift-metrics: handlers of existing series, and their operations.
final class SwiftMetrics: Sendable {
    private static let count = 10_000_000

    private let factory: TallyMetricsFactory
    private let counter: any CounterHandler
    private let fraction: any FloatingPointCounterHandler
    private let meter: any MeterHandler
    private let recorder: any RecorderHandler
    private let timer: any TimerHandler
    private let registry = MetricRegistry()

    init() {
        factory = TallyMetricsFactory(registry: registry)
        counter = factory.makeCounter(label: "hits", dimensions: [("a", "1")])
        fraction = factory.makeFloatingPointCounter(label: "cost", dimensions: [("a", "1")])
        meter = factory.makeMeter(label: "level", dimensions: [("a", "1")])
        recorder = factory.makeRecorder(label: "rows", dimensions: [("a", "1")], aggregate: true)
        timer = factory.makeTimer(label: "wait", dimensions: [("a", "1")])
    }

    /// The dimensions of a request's counter in Hummingbird.
    private static func dimensions(_ route: Int) -> [(String, String)] {
        [("hb.uri", "/users/{id}/\(route)"), ("http.request.method", "GET"), ("http.response.status_code", "200")]
    }

    func rows() -> [Row] {
        // Many series, so that one is not found by chance.
        let all = (0..<1_000).map(Self.dimensions)
        for dimensions in all { _ = factory.makeCounter(label: "hb.requests", dimensions: dimensions) }
        let some = (0..<8).map(Self.dimensions)
        var rows: [Row] = []
        for threads in [1, 8] {
            let make = measure(threads: threads, Self.count / 4) { [factory] thread, count in
                let dimensions = some[thread % some.count]
                for _ in 0..<count { _ = factory.makeCounter(label: "hb.requests", dimensions: dimensions) }
            }
            let name = RowName.verb("swift-metrics: make, 3 dimensions, existing", threads: threads)
            rows.append(threads == 1 ? row(name, make, atMost: 250, "≤ 250 ns") : row(name, make, unit: "ns wall"))
        }
        rows += operations("counter increment") { [counter] _ in counter.increment(by: 1) }
        rows += operations("fractional increment") { [fraction] _ in fraction.increment(by: 0.5) }
        rows += operations("meter set") { [meter] index in meter.set(Double(index)) }
        rows += operations("meter increment") { [meter] _ in meter.increment(by: 1) }
        rows += operations("recorder record") { [recorder] index in recorder.record(Double(index & 1_023)) }
        rows += operations("timer record") { [timer] index in timer.recordNanoseconds(Int64(index & 0xFF_FFFF)) }
        return rows
    }

    private func operations(_ name: String, _ operation: @escaping @Sendable (Int) -> Void) -> [Row] {
        [1, 8].map { threads in
            let sample = measure(threads: threads, Self.count) { _, count in
                for index in 0..<count { operation(index) }
            }
            return row(
                RowName.verb("swift-metrics: \(name)", threads: threads),
                sample,
                unit: threads == 1 ? "ns" : "ns wall"
            )
        }
    }
}
