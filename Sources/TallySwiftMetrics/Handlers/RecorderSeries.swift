#if SwiftMetrics
import CoreMetrics
import Tally

/// A series of `Recorder` with aggregation.
final class RecorderSeries: SeriesHandler<Histogram>, RecorderHandler, @unchecked Sendable {
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        guard value.isFinite else { return reject(.notFinite) }
        if isHidden { return reexposed().observe(value) }
        child.observe(value)
    }
}
#endif
