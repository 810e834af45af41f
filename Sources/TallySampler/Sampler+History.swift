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
        try await history(of: [metric], for: .only(subject), in: .last(period), every: bucket).first?.points ?? []
    }

    /// Returns the values of several metrics of several subjects in a period, in time buckets, with one query.
    ///
    /// <!-- charts -->
    /// ```swift
    /// let charts = try await sampler.history(
    ///     of: [.cpuPercent, .memoryUsedBytes],
    ///     ratesOf: [.networkReceivedBytes],
    ///     for: .top(10, by: .cpuPercent),
    ///     in: .last(.seconds(3600)),
    ///     every: .seconds(60)
    /// )
    /// ```
    ///
    /// Subjects are in the order of the selection, and the metrics of each in that of the query. A metric without
    /// values in the period is omitted.
    ///
    /// The rate of a total is its growth per second, computed for each container and then summed, so that containers
    /// that come, go or restart are no jumps. It is unknown after ten minutes without a sample.
    ///
    /// - Parameters:
    ///   - metrics: The metrics to read.
    ///   - rates: The totals whose rates to read. Metrics that are not totals have none.
    ///   - subjects: The subjects to read, by default every one: the host, this process, containers by kind and id, and
    ///     control groups by path.
    ///   - period: The period to read.
    ///   - bucket: The length of a bucket, in whole seconds, at least one. Buckets begin at multiples of it since 1970.
    /// - Throws: The error of the store, such as ``HistoryError`` after ``stop()``, or if the answer has more than a
    ///   million points.
    public func history(
        of metrics: [SampleMetric],
        ratesOf rates: [SampleMetric] = [],
        for subjects: HistorySelection = .all,
        in period: HistoryPeriod,
        every bucket: Duration
    ) async throws -> [HistorySeries] {
        guard let query = SeriesQuery(metrics, rates, subjects, period, bucket, now: core.present()) else { return [] }
        return try await core.store.series(query)
    }

    /// Returns the distinct subjects with samples in the last period: the host, this process, then containers by kind
    /// and id and control groups by path, even if they no longer exist. Returns at most 10,000.
    ///
    /// - Parameter period: The time before now, in whole seconds.
    /// - Throws: The error of the store, such as ``HistoryError`` after ``stop()``.
    public func subjects(last period: Duration) async throws -> [SampleSubject] {
        guard let times = HistoryPeriod.last(period).times(now: core.present()) else { return [] }
        return try await core.store.subjects(from: times.from, through: times.through)
    }

    /// The state of the store.
    public func historyStatus() async -> HistoryStatus {
        await core.store.status()
    }
}
