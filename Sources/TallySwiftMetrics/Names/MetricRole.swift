/// The kinds of metrics between which swift-metrics' types are distributed.
enum MetricRole: Sendable {
    /// `Counter` and `FloatingPointCounter`.
    case counter
    /// `Meter`, `Gauge`, and `Recorder` without aggregation.
    case gauge
    /// `Recorder` with aggregation.
    case recorder
    case timer
}
