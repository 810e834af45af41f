/// The settings that a sampler reads at every tick.
public struct SamplingSettings: Sendable, Hashable {
    /// The time between ticks, clamped to 5...300 seconds. At zero or less, sampling is off but pruning continues.
    public var interval: Duration
    /// The age at which samples are pruned, at most ``maxRetention``. At zero or less, sampling and pruning are off.
    public var retention: Duration

    /// Creates settings, by default with an interval of 15 seconds and a retention of two hours.
    public init(interval: Duration = .seconds(15), retention: Duration = .seconds(2 * 3600)) {
        self.interval = interval
        self.retention = retention
    }

    /// The maximum retention: 31 days.
    public static let maxRetention = Duration.seconds(31 * 86_400)
}
