public import Tally

/// The buckets of the histograms that timers and recorders become.
public struct SwiftMetricsBuckets: Sendable, Hashable {
    /// The buckets of timers, in seconds.
    public var timers: Buckets
    /// The buckets of recorders whose label says nothing about the unit.
    public var recorders: Buckets
    /// The buckets of recorders whose label ends in `bytes` or `size`.
    public var bytes: Buckets
    /// The buckets by label, which precede the others. The label is the mapped one.
    public var byLabel: [String: Buckets]

    /// Creates a choice of buckets. `Buckets.http` replaces invalid buckets of timers, and `Buckets.decades` those of
    /// recorders; both are reported as ``SwiftMetricsRejection/Reason/buckets``.
    public init(
        timers: Buckets = .http,
        recorders: Buckets = .decades,
        bytes: Buckets = .bytes,
        byLabel: [String: Buckets] = [:]
    ) {
        self.timers = timers
        self.recorders = recorders
        self.bytes = bytes
        self.byLabel = byLabel
    }

    func timer(_ label: String) -> Buckets { byLabel[label] ?? timers }

    func recorder(_ label: String) -> Buckets {
        if let buckets = byLabel[label] { return buckets }
        let lowercased = label.lowercased()
        return lowercased.hasSuffix("bytes") || lowercased.hasSuffix("size") ? bytes : recorders
    }
}
