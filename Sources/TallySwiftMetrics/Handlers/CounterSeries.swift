#if SwiftMetrics
import CoreMetrics
import Tally

/// A series of `Counter` and `FloatingPointCounter`.
final class CounterSeries: SeriesHandler<CombinedCounter>, CounterHandler, FloatingPointCounterHandler,
    @unchecked Sendable
{
    func increment(by amount: Int64) {
        guard amount >= 0 else { return reject(.negative) }
        let amount = UInt64(truncatingIfNeeded: amount)
        if isHidden { return reexposed().increment(by: amount) }
        child.increment(by: amount)
    }

    func increment(by amount: Double) {
        guard amount.isFinite else { return reject(.notFinite) }
        guard amount >= 0 else { return reject(.negative) }
        if isHidden { return reexposed().increment(by: amount) }
        child.increment(by: amount)
    }

    func reset() {
        if isHidden { _ = reexposed() }
        series.reset()
    }
}
#endif
