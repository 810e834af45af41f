/// A query for several metrics of several subjects.
package struct SeriesQuery: Sendable, Hashable {
    /// A series of each answer: a metric's values, or the growth of a total per second.
    struct Column: Hashable {
        let metric: SampleMetric
        let isRate: Bool
    }

    package var metrics: [SampleMetric]
    /// Totals whose growth per second is wanted.
    package var rates: [SampleMetric]
    package var selection: HistorySelection
    /// The first time, in seconds since the Unix epoch. Both times are inclusive.
    package var from: Int64
    package var through: Int64
    /// The length of a bucket, at least 1. Buckets begin at multiples of it since the Unix epoch.
    package var bucketSeconds: Int64

    package init(
        metrics: [SampleMetric],
        rates: [SampleMetric] = [],
        selection: HistorySelection,
        from: Int64,
        through: Int64,
        bucketSeconds: Int64
    ) {
        self.metrics = metrics
        self.rates = rates
        self.selection = selection
        self.from = from
        self.through = through
        self.bucketSeconds = bucketSeconds
    }

    /// - Parameter now: The current time, in seconds since the Unix epoch.
    init?(
        _ metrics: [SampleMetric],
        _ rates: [SampleMetric],
        _ selection: HistorySelection,
        _ period: HistoryPeriod,
        _ bucket: Duration,
        now: Int64
    ) {
        guard let (from, through) = period.times(now: now) else { return nil }
        self.init(
            metrics: metrics,
            rates: rates,
            selection: selection,
            from: from,
            through: through,
            bucketSeconds: max(1, HistoryPeriod.wholeSeconds(bucket))
        )
    }

    /// The series of each subject, without repetitions. A metric that is no total has no rate.
    var columns: [Column] {
        var columns: [Column] = []
        let wanted =
            metrics.map { Column(metric: $0, isRate: false) }
            + rates.filter(\.isTotal).map { Column(metric: $0, isRate: true) }
        for column in wanted where !columns.contains(column) { columns.append(column) }
        return columns
    }

    /// The column that ranks the subjects, or nil.
    var rank: Column? {
        guard case .top(_, let metric, _) = selection.choice else { return nil }
        return Column(metric: metric, isRate: metric.isTotal)
    }
}

/// A query for one metric of one subject.
package struct HistoryQuery: Sendable, Hashable {
    package var metric: SampleMetric
    package var subject: SampleSubject
    /// The first time, in seconds since the Unix epoch. Both times are inclusive.
    package var from: Int64
    package var through: Int64
    /// The length of a bucket, at least 1. Buckets begin at multiples of it since the Unix epoch.
    package var bucketSeconds: Int64

    package init(metric: SampleMetric, subject: SampleSubject, from: Int64, through: Int64, bucketSeconds: Int64) {
        self.metric = metric
        self.subject = subject
        self.from = from
        self.through = through
        self.bucketSeconds = bucketSeconds
    }

    var series: SeriesQuery {
        SeriesQuery(
            metrics: [metric],
            selection: .only(subject),
            from: from,
            through: through,
            bucketSeconds: bucketSeconds
        )
    }
}
