/// The samples of a sampler, in memory or in a file.
///
/// A sampler appends from one task at a time. Queries come from any task.
package protocol SampleHistory: Sendable {
    /// Keeps a tick: all of its samples or none. Times increase. A tick replaces an earlier one with the same time.
    ///
    /// - Throws: ``HistoryError`` if the tick was dropped, but not if it waits in the backlog.
    func append(_ tick: HistoryTick) async throws

    /// Drops ticks from before a time, in seconds since the Unix epoch. Never scans all of them.
    func prune(before time: Int64) async throws

    /// The values of several metrics of several subjects, in time buckets: subjects in the order of the selection, and
    /// the metrics of each in that of the query. Omits series without values.
    ///
    /// Of each series, at most the newest 10,000 points. The values of a subject's containers at one time are summed
    /// first.
    func series(_ query: SeriesQuery) async throws -> [HistorySeries]

    /// The distinct subjects with samples in this range, in seconds since the Unix epoch: the host, this process, then
    /// containers and control groups by their ids. At most 10,000.
    func subjects(from: Int64, through: Int64) async throws -> [SampleSubject]

    /// The time of the newest tick that is kept, in seconds since the Unix epoch.
    func newestTime() async throws -> Int64?

    /// The state of the store, for the sampler's own metrics.
    func status() async -> HistoryStatus

    /// Writes the backlog and closes the file. Appending afterwards is an error. Closing twice has no effect.
    func close() async
}

/// The samples of one time.
package struct HistoryTick: Sendable, Equatable {
    /// The time, in seconds since the Unix epoch.
    package var time: Int64
    /// The samples, at most one for each subject and container.
    package var samples: [Sample]

    package init(time: Int64, samples: [Sample]) {
        self.time = time
        self.samples = samples
    }
}

extension SampleHistory {
    /// The values of a metric of one subject in time buckets, oldest first, without empty buckets.
    package func history(_ query: HistoryQuery) async throws -> [HistoryPoint] {
        try await series(query.series).first?.points ?? []
    }
}

extension SeriesQuery {
    /// A query for the subjects with samples, not for their values.
    static func subjects(from: Int64, through: Int64) -> SeriesQuery {
        SeriesQuery(metrics: [], selection: .all, from: from, through: through, bucketSeconds: .max)
    }
}
