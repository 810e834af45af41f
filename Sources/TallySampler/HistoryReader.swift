#if SQLite
internal import Tally

/// A history file that is opened for reading only, for example by the process of a dashboard.
///
/// ```swift
/// let reader = try HistoryReader(path: "history.sqlite")
/// let charts = try await reader.history(
///     of: [.cpuPercent],
///     for: .all(of: "instance"),
///     in: .last(.seconds(3600)),
///     every: .seconds(60)
/// )
/// ```
///
/// The sampler may write to the file at the same time. The reader finds each tick once it has been written. It needs
/// the permission to write to the folder, unless the sampler has the file open: SQLite keeps an index of the log there.
public final class HistoryReader: Sendable {
    private let reader: HistoryFileReader
    private let wallSeconds: @Sendable () -> Double

    /// Opens a file. Needs the trait `SQLite`.
    ///
    /// - Parameter path: The path of a file that a sampler of this version of Tally has opened at least once.
    /// - Throws: ``HistoryError`` if there is no such file.
    public convenience init(path: String) throws {
        try self.init(path: path, wallSeconds: WallClock.secondsSinceEpoch)
    }

    init(path: String, wallSeconds: @escaping @Sendable () -> Double) throws {
        try HistoryFile.check(path)
        try HistoryFile.checkReadable(path)
        reader = HistoryFileReader(path: path, options: HistoryFile.Options())
        self.wallSeconds = wallSeconds
    }

    /// Returns the values of several metrics of several subjects in a period, in time buckets, with one query.
    ///
    /// - Parameters:
    ///   - metrics: The metrics to read.
    ///   - rates: The totals whose growth per second to read.
    ///   - subjects: The subjects to read, by default every one.
    ///   - period: The period to read.
    ///   - bucket: The length of a bucket, in whole seconds, at least one. Buckets begin at multiples of it since 1970.
    /// - Throws: ``HistoryError`` if the file cannot be read, or if the answer has more than a million points.
    public func history(
        of metrics: [SampleMetric],
        ratesOf rates: [SampleMetric] = [],
        for subjects: HistorySelection = .all,
        in period: HistoryPeriod,
        every bucket: Duration
    ) async throws -> [HistorySeries] {
        guard let query = SeriesQuery(metrics, rates, subjects, period, bucket, now: now()) else { return [] }
        return try await reader.reading { try $0.series(query) }
    }

    /// Returns the distinct subjects with samples in a period: the host, this process, then containers by kind and id
    /// and control groups by path. Returns at most 10,000.
    ///
    /// - Throws: ``HistoryError`` if the file cannot be read.
    public func subjects(in period: HistoryPeriod) async throws -> [SampleSubject] {
        guard let times = period.times(now: now()) else { return [] }
        return try await reader.reading { try $0.subjects(from: times.from, through: times.through) }
    }

    private func now() -> Int64 {
        Int64(exactly: wallSeconds().rounded(.down)).map(HistoryRange.clamped) ?? 0
    }

    deinit {
        let reader = reader
        Task.detached { await reader.end() }
    }
}
#endif
