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

    /// The values of a metric in time buckets, oldest first, without empty buckets. At most the newest 10,000.
    ///
    /// The values of a subject's containers at one time are summed first.
    func history(_ query: HistoryQuery) async throws -> [HistoryPoint]

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

/// A selection of a history's values.
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
}
