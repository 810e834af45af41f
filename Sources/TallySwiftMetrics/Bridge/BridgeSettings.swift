import Tally

/// The parts of a factory that its bridges share.
final class BridgeSettings: Sendable {
    /// The maximum number of metrics, over all kinds.
    static let maxMetrics = 10_000
    /// The maximum number of lists of label names that a metric can have.
    static let maxShapes = 64

    typealias Mapping = @Sendable (String, [(String, String)]) -> (String, [(String, String)])?

    let registry: MetricRegistry
    let names: SwiftMetricsNames
    let buckets: SwiftMetricsBuckets
    let maxChildren: Int
    let help: [String: String]
    let mapping: Mapping?
    let rejections: Rejections
    /// Held while a metric is registered and its label is noted, so that another thread's metric finds both or neither.
    let registration = Locked(())
    /// The labels of exposed metrics, by exposed name, and the number of all.
    private let labels = Locked<(byName: [ByteName: ByteName], count: Int)>(([:], 0))

    init(
        registry: MetricRegistry,
        names: SwiftMetricsNames,
        buckets: SwiftMetricsBuckets,
        maxChildren: Int,
        help: [String: String],
        mapping: Mapping?
    ) {
        self.registry = registry
        self.names = names
        self.buckets = buckets
        self.maxChildren = min(max(1, maxChildren), 1_000_000_000)
        self.help = help
        self.mapping = mapping
        rejections = Rejections(in: registry)
    }

    func help(of label: String) -> String { help[label] ?? "\(label), through swift-metrics." }

    /// The label of the metric that is exposed under a name.
    func label(of name: String) -> ByteName? { labels.withLock { $0.byName[ByteName(name)] } }

    func expose(_ label: ByteName, as name: String) { labels.withLock { $0.byName[ByteName(name)] = label } }

    /// Counts a new metric. Returns false if there are too many.
    func addMetric() -> Bool {
        labels.withLock { labels in
            guard labels.count < Self.maxMetrics else { return false }
            labels.count += 1
            return true
        }
    }
}
