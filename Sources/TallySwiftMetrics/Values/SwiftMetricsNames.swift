/// The rule for the names under which the labels of swift-metrics are exposed.
///
/// Either way, a counter's name ends in `_total`, because OpenMetrics requires it.
public struct SwiftMetricsNames: Sendable, Hashable {
    /// True if the names of timers get the unit in which they are exposed.
    let addsUnits: Bool

    /// Prometheus' conventions: the names of timers end in `_seconds`. A suffix that a label already has is not
    /// repeated.
    public static let conventional = SwiftMetricsNames(addsUnits: true)
    /// The labels as libraries give them, with only invalid characters replaced.
    public static let asGiven = SwiftMetricsNames(addsUnits: false)
}
