/// Computes the answer to a query from rows of samples, whatever store they are from.
///
/// Rows of one time are summed by subject, after rates have been computed by container, so that a container that comes
/// or goes is no jump. The sums of each time then go into buckets.
struct SeriesCollector {
    /// The values of a series at one time, in the order of `metrics`.
    struct Row {
        /// The time, in seconds since the Unix epoch: of the sample, or of the first second that a roll-up covers.
        var time: Int64 = 0
        /// The time of the newest sample in a roll-up.
        var last: Int64 = 0
        /// The number of seconds that a roll-up covers; 1 for a sample.
        var span: Int64 = 1
        /// NaN for an absent value.
        var values: [PointCollector.Value]
    }

    private struct Baseline {
        var value = Double.nan
        var time: Int64 = 0
    }

    private struct Series {
        let subject: Int
        var baselines: [Baseline]
    }

    /// The time without samples, in seconds, after which a total has no rate until it has been read twice.
    static let longestGap: Int64 = 600

    /// The metrics to read, each once.
    let metrics: [SampleMetric]
    let range: HistoryRange
    private let query: SeriesQuery
    /// The series of each subject, then the one that ranks them.
    private let columns: [SeriesQuery.Column]
    /// The same as plain numbers, because counting references to metrics would take most of the time.
    private let plan: [(isRate: Bool, metric: Int)]
    private var places: [SeriesKey: Int] = [:]
    private var series: [Series] = []
    private var subjects: [SampleSubject] = []
    private var subjectPlaces: [SampleSubject: Int] = [:]
    private var hasRows: [Bool] = []
    private var sums: [PointCollector.Value?] = []
    private var collectors: [PointCollector] = []
    private var touched: [Int] = []
    private var time: Int64?
    private var pointCount = 0

    init?(_ query: SeriesQuery) {
        guard let range = HistoryRange(from: query.from, through: query.through, bucketSeconds: query.bucketSeconds)
        else { return nil }
        self.query = query
        self.range = range
        let columns = query.columns + (query.rank.map { [$0] } ?? [])
        var metrics: [SampleMetric] = []
        for column in columns where !metrics.contains(column.metric) { metrics.append(column.metric) }
        self.metrics = metrics
        self.columns = columns
        plan = columns.map { ($0.isRate, metrics.firstIndex(of: $0.metric) ?? 0) }
    }

    /// The time from which rows are wanted: earlier than the range if rates need an earlier value.
    var earliest: Int64 {
        plan.contains(where: \.isRate) ? HistoryRange.clamped(range.from - 2 * Self.longestGap) : range.from
    }

    /// An empty row, to be filled again and again.
    var row: Row {
        Row(values: Array(repeating: PointCollector.Value(min: .nan, mean: .nan, max: .nan), count: metrics.count))
    }

    /// The place of a series, which its rows are added to; nil if the query does not select its subject.
    mutating func place(of key: SeriesKey) -> Int? {
        if let place = places[key] {
            // The newest name counts.
            subjects[series[place].subject] = key.subject
            return place
        }
        guard query.selection.includes(key.subject) else { return nil }
        let subject = subjectPlaces[key.subject] ?? subjects.count
        if subject == subjects.count {
            subjects.append(key.subject)
            subjectPlaces[key.subject] = subject
            hasRows.append(false)
            sums += Array(repeating: nil, count: columns.count)
            collectors += Array(repeating: PointCollector(), count: columns.count)
        }
        subjects[subject] = key.subject
        series.append(Series(subject: subject, baselines: Array(repeating: Baseline(), count: columns.count)))
        places[key] = series.count - 1
        return series.count - 1
    }

    /// Adds a row. Rows of one time must follow each other.
    ///
    /// - Throws: ``HistoryError`` if the answer is too large.
    mutating func add(_ row: Row, to place: Int) throws {
        if row.time != time {
            try endTime()
            time = row.time
        }
        let subject = series[place].subject
        let isWanted = row.time >= range.from && row.time <= range.through
        if isWanted, !hasRows[subject] { hasRows[subject] = true }
        var isTouched = false
        for index in plan.indices {
            var value = row.values[plan[index].metric]
            guard !value.mean.isNaN else { continue }
            if plan[index].isRate {
                guard let rate = rate(of: value.mean, row, place, index) else { continue }
                (value.min, value.mean, value.max) = (rate, rate, rate)
            }
            guard isWanted else { continue }
            let sum = subject * columns.count + index
            sums[sum] = sums[sum].map { $0 + value } ?? value
            isTouched = true
        }
        if isTouched { touched.append(subject) }
    }

    /// The growth of a total per second since the series' last row; nil if unknown.
    private mutating func rate(of value: Double, _ row: Row, _ place: Int, _ index: Int) -> Double? {
        let before = series[place].baselines[index]
        series[place].baselines[index] = Baseline(value: value, time: row.last)
        let gap = HistoryRange.clamped(row.last) - HistoryRange.clamped(before.time)
        guard !before.value.isNaN, value >= before.value, gap > 0, gap <= Self.longestGap + row.span else { return nil }
        return (value - before.value) / Double(gap)
    }

    private mutating func endTime() throws {
        guard let time else { return }
        let bucket = range.bucket(of: time)
        for subject in touched {
            for index in subject * columns.count..<(subject + 1) * columns.count {
                guard let sum = sums[index] else { continue }
                sums[index] = nil
                pointCount += collectors[index].add(sum, bucket: bucket)
            }
        }
        touched.removeAll(keepingCapacity: true)
        guard pointCount <= HistoryRange.maxAnswer else { throw HistoryError.answerTooLarge }
    }

    // MARK: The answer

    /// The selected subjects with rows in the range, in the order of the answer.
    mutating func finishedSubjects() throws -> [SampleSubject] {
        try endTime()
        time = nil
        let found = subjects.indices.filter { hasRows[$0] }
        switch query.selection.choice {
        case .all: return .listed(found.map { subjects[$0] }, limit: HistoryRange.maxPoints)
        case .these(let wanted):
            var seen: Set<SampleSubject> = []
            return wanted.compactMap { subject in
                guard seen.insert(subject).inserted, let place = subjectPlaces[subject], hasRows[place] else {
                    return nil
                }
                return subjects[place]
            }
        case .top(let count, _, _):
            let ranked = found.compactMap { place in
                collectors[(place + 1) * columns.count - 1].mean.map { (subject: subjects[place], mean: $0) }
            }
            let sorted = ranked.sorted { one, other in
                one.mean == other.mean
                    ? SampleSubject.precedes(one.subject, other.subject) : one.mean > other.mean
            }
            return sorted.prefix(count).map(\.subject)
        }
    }

    mutating func finish() throws -> [HistorySeries] {
        let count = query.columns.count
        return try finishedSubjects().flatMap { subject -> [HistorySeries] in
            guard let place = subjectPlaces[subject] else { return [] }
            return (0..<count).compactMap { index in
                let points = collectors[place * columns.count + index].finished(range)
                guard !points.isEmpty else { return nil }
                let column = columns[index]
                return HistorySeries(subject: subject, metric: column.metric, isRate: column.isRate, points: points)
            }
        }
    }
}
