/// The settings that a sampler reads at every tick.
public struct SamplingSettings: Sendable, Hashable {
    /// The time between ticks, clamped to 5...300 seconds. Zero or less switches the sampler off, but pruning
    /// continues.
    public var interval: Duration
    /// The age at which samples are pruned, at most ``maxRetention``. Zero or less switches the sampler off, and
    /// nothing is pruned.
    public var retention: Duration

    /// Creates settings, by default with an interval of 15 seconds and a retention of two hours.
    public init(interval: Duration = .seconds(15), retention: Duration = .seconds(2 * 3600)) {
        self.interval = interval
        self.retention = retention
    }

    /// The maximum retention: 31 days.
    public static let maxRetention = Duration.seconds(31 * 86_400)
}
