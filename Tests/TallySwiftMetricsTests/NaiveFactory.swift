#if SwiftMetrics
import CoreMetrics
import Tally

/// A backend as one might write it in an hour, to prove that the conformance suite notices its faults.
final class NaiveFactory: MetricsFactory {
    private let values = Locked<[String: Double]>([:])

    var text: String { values.withLock { $0.map { "\($0) \($1)\n" }.sorted().joined() } }

    /// Neither sorts dimensions nor escapes their values.
    private func handler(_ label: String, _ dimensions: [(String, String)]) -> Handler {
        let labels = dimensions.map { "\($0)=\"\($1)\"" }.joined(separator: ",")
        let name = label + (labels.isEmpty ? "" : "{\(labels)}")
        return Handler { change in self.values.withLock { $0[name] = change($0[name] ?? 0) } }
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        handler(label, dimensions)
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        handler(label, dimensions)
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { handler(label, dimensions) }

    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    private final class Handler: CounterHandler, RecorderHandler, TimerHandler {
        private let update: @Sendable (@Sendable (Double) -> Double) -> Void

        init(_ update: @escaping @Sendable (@Sendable (Double) -> Double) -> Void) {
            self.update = update
        }

        func increment(by amount: Int64) { update { $0 + Double(amount) } }
        func reset() { update { _ in 0 } }
        func record(_ value: Int64) { record(Double(value)) }
        func record(_ value: Double) { update { _ in value } }
        func recordNanoseconds(_ duration: Int64) { update { _ in Double(duration) } }
    }
}
#endif
