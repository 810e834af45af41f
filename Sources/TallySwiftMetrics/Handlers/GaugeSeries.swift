#if SwiftMetrics
import CoreMetrics
import Tally

/// A series of `Meter`, `Gauge`, and `Recorder` without aggregation.
final class GaugeSeries: SeriesHandler<Tally.Gauge>, MeterHandler, RecorderHandler, @unchecked Sendable {
    func set(_ value: Int64) { set(Double(value)) }

    func set(_ value: Double) {
        if isHidden { return reexposed().set(value) }
        child.set(value)
    }

    func record(_ value: Int64) { set(Double(value)) }

    func record(_ value: Double) { set(value) }

    func increment(by amount: Double) {
        if isValid(amount) { add(amount) }
    }

    func decrement(by amount: Double) {
        if isValid(amount) { add(-amount) }
    }

    private func isValid(_ amount: Double) -> Bool {
        guard amount.isFinite, amount >= 0 else {
            reject(amount.isFinite ? .negative : .notFinite)
            return false
        }
        return true
    }

    private func add(_ amount: Double) {
        if isHidden { return reexposed().add(amount) }
        child.add(amount)
    }
}
#endif
