extension HistoryPeriod {
    /// - Parameter now: The current time, in seconds since the Unix epoch.
    func times(now: Int64) -> (from: Int64, through: Int64)? {
        switch extent {
        case .times(let from, let through): return from <= through ? (from, through) : nil
        case .last(let duration):
            let length = Self.wholeSeconds(duration)
            let now = HistoryRange.clamped(now)
            return length > 0 ? (now - HistoryRange.clamped(length), now) : nil
        }
    }

    static func wholeSeconds(_ duration: Duration) -> Int64 {
        Int64(clamping: duration.attoseconds / 1_000_000_000_000_000_000)
    }
}
