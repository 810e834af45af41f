/// The validated settings.
enum SamplingPlan: Hashable, Sendable {
    /// No settings have been read yet. Nothing is sampled, because they may switch sampling off.
    case unknown
    /// - Parameter retention: The age at which samples are pruned; nil if nothing is pruned.
    case off(retention: Duration?)
    case on(interval: Duration, retention: Duration)

    static let intervals = Duration.seconds(5)...Duration.seconds(300)
    /// The time until the settings are read again while they are unknown.
    static let unknownPoll = Duration.seconds(15)
    static let offPoll = Duration.seconds(60)
    static let patience = Duration.seconds(5)

    init(_ settings: SamplingSettings) {
        guard settings.retention > .zero else {
            self = .off(retention: nil)
            return
        }
        let retention = min(settings.retention, SamplingSettings.maxRetention)
        guard settings.interval > .zero else {
            self = .off(retention: retention)
            return
        }
        let interval = min(max(settings.interval, Self.intervals.lowerBound), Self.intervals.upperBound)
        self = .on(interval: interval, retention: retention)
    }

    /// The plan after an answer. Nil is a timeout or an error, and keeps the current plan.
    func after(_ settings: SamplingSettings?) -> SamplingPlan {
        settings.map { SamplingPlan($0) } ?? self
    }
}
