public import Tally

extension Sampler {
    /// What was sampled of an owner in the last while, by buckets of time, oldest first.
    ///
    /// ```swift
    /// let points = try await sampler.history(of: .cpuPercent, owner: .container("web"), last: .hours(1), every: .seconds(60))
    /// ```
    ///
    /// Where there are no samples there is no point. Where an owner has several containers, their values are summed. At most
    /// 10,000 points, the newest.
    ///
    /// - Parameters:
    ///   - metric: Of what.
    ///   - owner: Whose.
    ///   - window: How far back from now. One that is not positive has no samples.
    ///   - bucket: How long a bucket is, in whole seconds, one at least; they begin at multiples of it since the Unix epoch.
    /// - Throws: What the store does, as ``HistoryError`` after ``stop()``.
    public func history(
        of metric: SampleMetric,
        owner: SampleOwner,
        last window: Window,
        every bucket: Duration
    ) async throws -> [HistoryPoint] {
        let through = core.present()
        let length = Self.wholeSeconds(window.duration)
        guard length > 0 else { return [] }
        return try await core.store.history(
            HistoryQuery(
                metric: metric,
                owner: owner,
                from: through - HistoryRange.clamped(length),
                through: through,
                bucketSeconds: max(1, Self.wholeSeconds(bucket))
            )
        )
    }

    /// How the store is.
    public func historyStatus() async -> HistoryStatus {
        await core.store.status()
    }

    private static func wholeSeconds(_ duration: Duration) -> Int64 {
        Int64(clamping: duration.attoseconds / 1_000_000_000_000_000_000)
    }
}
