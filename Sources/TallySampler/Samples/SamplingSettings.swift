/// What a sampler reads anew at every tick.
public struct SamplingSettings: Sendable, Hashable {
    /// How far ticks are apart: clamped to 5...300 seconds. Zero or less switches the sampler off; what it has sampled
    /// goes when it is old, as before.
    public var interval: Duration
    /// How long samples are kept, at most ``maxRetention``. Zero or less switches the sampler off, and keeps what there is.
    public var retention: Duration

    /// Fifteen seconds and two hours, unless said otherwise.
    public init(interval: Duration = .seconds(15), retention: Duration = .seconds(2 * 3600)) {
        self.interval = interval
        self.retention = retention
    }

    /// Thirty-one days.
    public static let maxRetention = Duration.seconds(31 * 86_400)
}
