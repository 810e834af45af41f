internal import Tally

extension Sampler {
    /// Returns the values of a metric in the last period, in time buckets, oldest first.
    ///
    /// ```swift
    /// let points = try await sampler.history(
    ///     of: .cpuPercent,
    ///     for: .container("web"),
    ///     last: .seconds(3600),
    ///     every: .seconds(60)
    /// )
    /// ```
    ///
    /// A bucket without samples has no point. If a subject has several containers, their values at each time are
    /// summed. Returns at most the newest 10,000 points.
    ///
    /// - Parameters:
    ///   - metric: The metric to read.
    ///   - subject: The subject of the samples.
    ///   - period: The length of the period until now, in whole seconds. A period that is not positive has no samples.
    ///   - bucket: The length of a bucket, in whole seconds, at least one. Buckets begin at multiples of it since 1970.
    /// - Throws: The error of the store, such as ``HistoryError`` after ``stop()``.
    public func history(
        of metric: SampleMetric,
        for subject: SampleSubject,
        last period: Duration,
        every bucket: Duration
    ) async throws -> [HistoryPoint] {
        guard let (from, through) = times(of: period) else { return [] }
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

    /// Returns the distinct subjects with samples in the last period: the host, this process, then containers and
    /// control groups by their ids, even if they no longer exist. Returns at most 10,000.
    ///
    /// - Parameter period: The time before now, in whole seconds.
    /// - Throws: The error of the store, such as ``HistoryError`` after ``stop()``.
    public func subjects(last period: Duration) async throws -> [SampleSubject] {
        guard let (from, through) = times(of: period) else { return [] }
        return try await core.store.subjects(from: from, through: through)
    }

    private func times(of period: Duration) -> (from: Int64, through: Int64)? {
        let through = core.present()
        let length = Self.wholeSeconds(period)
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
