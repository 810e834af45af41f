#if SwiftMetrics
public import CoreMetrics
public import Tally

/// The backend that exposes what libraries emit through swift-metrics in a registry.
///
/// ```swift
/// let registry = MetricRegistry()
/// MetricsSystem.bootstrap(TallyMetricsFactory(registry: registry))
/// ```
///
/// Counters become counters, meters and gauges become gauges, timers become histograms in seconds, and recorders become
/// histograms. Metrics may have any label, and any dimensions: those of one label may differ in their names.
///
/// No call of a library can end the program, invalidate the exposition or take unlimited memory. Whatever cannot be
/// exposed is dropped and counted in `tally_swift_metrics_rejected_total{reason}`, and ``rejected`` names it.
///
/// Use one factory for each registry. The factory of a test is best bound with `withMetricsFactory(_:_:)`.
///
/// Finding an existing series takes one of sixteen locks, and allocates nothing. Updates are lock-free, like those of
/// Tally's own instruments.
public final class TallyMetricsFactory: MetricsFactory {
    private let settings: BridgeSettings
    private let counters: Bridge<CombinedCounter, CounterSeries>
    private let gauges: Bridge<Tally.Gauge, GaugeSeries>
    private let recorders: Bridge<Histogram, RecorderSeries>
    private let timers: Bridge<Histogram, TimerSeries>

    /// Creates a factory.
    ///
    /// - Parameters:
    ///   - registry: The registry that exposes the metrics. Its prefix and constant labels apply.
    ///   - names: The rule for the names of metrics.
    ///   - buckets: The buckets of timers and recorders.
    ///   - maxChildren: The maximum number of label sets of a metric, whatever their names. Further ones share a child
    ///     whose label values are `other`, and are counted in `tally_family_overflow_total{family}`.
    ///   - help: The help texts, by label.
    ///   - mapping: Called with each label and dimensions, under no lock. Returns those to use instead, or nil to drop
    ///     the metric. Library code may call it often and from any thread.
    public init(
        registry: MetricRegistry,
        names: SwiftMetricsNames = .conventional,
        buckets: SwiftMetricsBuckets = SwiftMetricsBuckets(),
        maxChildren: Int = 10_000,
        help: [String: String] = [:],
        mapping: (@Sendable (String, [(String, String)]) -> (String, [(String, String)])?)? = nil
    ) {
        let settings = BridgeSettings(
            registry: registry,
            names: names,
            buckets: buckets,
            maxChildren: maxChildren,
            help: help,
            mapping: mapping
        )
        self.settings = settings
        counters = Bridge(.counter, settings)
        gauges = Bridge(.gauge, settings)
        recorders = Bridge(.recorder, settings, standard: .decades) { $0.recorder($1) }
        timers = Bridge(.timer, settings, standard: .http) { $0.timer($1) }
    }

    deinit {
        counters.close()
        gauges.close()
        recorders.close()
        timers.close()
    }

    /// The metrics and updates that were rejected, each reason and label once. At most the first 100 are kept.
    public var rejected: [SwiftMetricsRejection] { settings.rejections.all }

    // MARK: Making handlers

    /// Returns the handler of a counter, which other users of the same label and dimensions share.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counters.handler(label, dimensions)
    }

    /// Returns the handler of a counter of fractional amounts. A counter of whole ones shares its series.
    public func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        counters.handler(label, dimensions)
    }

    /// Returns the handler of a gauge.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauges.handler(label, dimensions)
    }

    /// Returns the handler of a histogram, or of a gauge if `aggregate` is false.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        if aggregate { return recorders.handler(label, dimensions) }
        return gauges.handler(label, dimensions)
    }

    /// Returns the handler of a histogram in seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        timers.handler(label, dimensions)
    }

    // MARK: Destroying handlers

    /// Removes the series from the exposition, once all its users have destroyed it. A later update exposes it again.
    public func destroyCounter(_ handler: any CounterHandler) {
        if let handler = handler as? CounterSeries { counters.destroy(handler) }
    }

    /// Removes the series from the exposition, as ``destroyCounter(_:)`` does.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {
        if let handler = handler as? CounterSeries { counters.destroy(handler) }
    }

    /// Removes the series from the exposition, as ``destroyCounter(_:)`` does.
    public func destroyMeter(_ handler: any MeterHandler) {
        if let handler = handler as? GaugeSeries { gauges.destroy(handler) }
    }

    /// Removes the series from the exposition, as ``destroyCounter(_:)`` does.
    public func destroyRecorder(_ handler: any RecorderHandler) {
        if let handler = handler as? RecorderSeries { recorders.destroy(handler) }
        if let handler = handler as? GaugeSeries { gauges.destroy(handler) }
    }

    /// Removes the series from the exposition, as ``destroyCounter(_:)`` does.
    public func destroyTimer(_ handler: any TimerHandler) {
        if let handler = handler as? TimerSeries { timers.destroy(handler) }
    }
}
#else
public import Tally

/// Available only with the package trait `SwiftMetrics`.
@available(
    *,
    unavailable,
    message: """
        TallyMetricsFactory needs the package trait 'SwiftMetrics': \
        .package(url: "…", from: "…", traits: ["SwiftMetrics"])
        """
)
public final class TallyMetricsFactory: Sendable {
    /// Available only with the package trait `SwiftMetrics`.
    public init(
        registry: MetricRegistry,
        names: SwiftMetricsNames = .conventional,
        buckets: SwiftMetricsBuckets = SwiftMetricsBuckets(),
        maxChildren: Int = 10_000,
        help: [String: String] = [:],
        mapping: (@Sendable (String, [(String, String)]) -> (String, [(String, String)])?)? = nil
    ) {}
}
#endif
