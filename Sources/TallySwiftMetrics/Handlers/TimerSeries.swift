#if SwiftMetrics
import CoreMetrics
import Tally

/// A series of `Timer`, in seconds. A preferred display unit is ignored, because Prometheus' base unit is the second.
final class TimerSeries: SeriesHandler<Histogram>, TimerHandler, @unchecked Sendable {
    func recordNanoseconds(_ duration: Int64) {
        guard duration >= 0 else { return reject(.negative) }
        if isHidden { return reexposed().observe(nanoseconds: duration) }
        child.observe(nanoseconds: duration)
    }
}
#endif
