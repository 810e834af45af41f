import Tally

/// The rejections of one factory, by reason and label.
final class Rejections: Sendable {
    private typealias Reason = SwiftMetricsRejection.Reason

    /// The maximum number of different rejections that are kept.
    static let maxCount = 100

    private struct Key: Hashable {
        let reason: SwiftMetricsRejection.Reason
        let label: ByteName
    }

    private let counts = Locked<[Key: Int]>([:])
    /// Nil for a registry without metrics of its own, or if the host has registered the name.
    private let totals: MirroredFamily?

    init(in registry: MetricRegistry) {
        totals =
            registry.hasOwnMetrics
            ? try? MirroredFamily(
                "tally_swift_metrics_rejected_total",
                help: "Metrics and updates of swift-metrics that were rejected, by reason.",
                .counter,
                labelNames: ["reason"],
                in: registry
            ) : nil
        // Exposed from the start, so that rate functions see the first rejection as an increase.
        for reason in Reason.all { totals?.add(0, [reason.description]) }
    }

    func count(_ reason: SwiftMetricsRejection.Reason, _ label: String) {
        totals?.add(1, [reason.description])
        let key = Key(reason: reason, label: ByteName(JSONText.cut(label)))
        counts.withLock { counts in
            if counts[key] != nil || counts.count < Self.maxCount { counts[key, default: 0] += 1 }
        }
    }

    var all: [SwiftMetricsRejection] {
        counts.withLock { $0 }
            .map { SwiftMetricsRejection(reason: $0.reason, label: $0.label.text, count: $1) }
            .sorted { ($0.reason.description, $0.label) < ($1.reason.description, $1.label) }
    }
}
