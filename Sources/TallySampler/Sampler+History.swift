public import Tally

extension Sampler {
    /// The samples of a subject in the last while, by buckets of time, oldest first.
    ///
    /// ```swift
    /// let points = try await sampler.history(of: .cpuPercent, for: .container("web"), last: .hours(1), every: .seconds(60))
    /// ```
    ///
    /// Where there are no samples there is no point. Where a subject has several containers, their values are summed. At most
    /// 10,000 points, the newest.
    ///
    /// - Parameters:
    ///   - metric: The metric to read.
    ///   - subject: The subject of the samples.
    ///   - window: How far back from now. One that is not positive has no samples.
    ///   - bucket: How long a bucket is, in whole seconds, one at least; they begin at multiples of it since the Unix epoch.
    /// - Throws: What the store does, as ``HistoryError`` after ``stop()``.
    public func history(
        of metric: SampleMetric,
        for subject: SampleSubject,
        last window: Window,
        every bucket: Duration
    ) async throws -> [HistoryPoint] {
        guard let (from, through) = times(of: window) else { return [] }
        return try await core.store.history(
            HistoryQuery(
                metric: metric,
                subject: subject,
                from: from,
                through: through,
                bucketSeconds: max(1, Self.wholeSeconds(bucket))
            )
        )
    }

    /// The distinct subjects with samples in the last while: the host, this process, then containers and control groups
    /// by their ids, those included that are gone by now. At most 10,000.
    ///
    /// - Parameter window: How far back from now.
    /// - Throws: What the store does, as ``HistoryError`` after ``stop()``.
    public func subjects(last window: Window) async throws -> [SampleSubject] {
        guard let (from, through) = times(of: window) else { return [] }
        return try await core.store.subjects(from: from, through: through)
    }

    private func times(of window: Window) -> (from: Int64, through: Int64)? {
        let through = core.present()
        let length = Self.wholeSeconds(window.duration)
        return length > 0 ? (through - HistoryRange.clamped(length), through) : nil
    }

    /// The state of the store.
    public func historyStatus() async -> HistoryStatus {
        await core.store.status()
    }

    private static func wholeSeconds(_ duration: Duration) -> Int64 {
        Int64(clamping: duration.attoseconds / 1_000_000_000_000_000_000)
    }
}
