#if SQLite
internal import Tally

/// A history in an SQLite file. A writer and a reader each have a queue of their own.
package final class SQLiteHistory: SampleHistory {
    private let path: String
    private let writer: HistoryWriter
    private let reader: HistoryFileReader

    /// - Parameters:
    ///   - maxBytes: The maximum size of the file, in bytes.
    ///   - rollUps: The retention of roll-ups, or nil for none.
    ///   - clock: The clock that measures the delays between attempts and between checkpoints.
    package convenience init(
        path: String,
        maxBytes: Int = defaultMaxBytes,
        rollUps: HistoryRollUps? = HistoryRollUps(),
        clock: some Clock<Duration> = ContinuousClock()
    ) throws {
        var options = HistoryFile.Options()
        options.maxBytes = max(1 << 20, maxBytes)
        options.rollUps = rollUps
        try self.init(path: path, options: options, clock: clock)
    }

    package static let defaultMaxBytes = 1 << 30

    /// - Parameters:
    ///   - clock: The clock that measures the delays between attempts.
    ///   - wallSeconds: Returns the wall-clock time, in seconds since the Unix epoch.
    init(
        path: String,
        options: HistoryFile.Options,
        clock: some Clock<Duration>,
        wallSeconds: @escaping @Sendable () -> Double = WallClock.secondsSinceEpoch
    ) throws {
        try HistoryFile.check(path)
        self.path = path
        writer = try HistoryWriter(
            path: path,
            options: options,
            now: ElapsedClock(clock).now,
            wallSeconds: wallSeconds
        )
        reader = HistoryFileReader(path: path, options: options)
    }

    /// Writes a tick in one transaction, or keeps it in memory until it can be written.
    ///
    /// - Throws: ``HistoryError`` if the history was closed, or if the tick alone has more than 50,000 samples.
    package func append(_ tick: HistoryTick) async throws {
        try await writer.append(tick)
    }

    /// Deletes ticks from before a time, about 5,000 samples of each kind at most. The next calls delete the rest. Also
    /// returns some pages to the disk, if many are free.
    package func prune(before time: Int64) async throws {
        await writer.prune(before: time)
    }

    /// - Complexity: O(*n*) in the samples of all subjects of the kind in the range.
    /// - Throws: ``HistoryError`` if the history is closed, or if the file cannot be read although no failure was
    ///   known. While the file is known to fail, the answer is from the backlog in memory.
    package func series(_ query: SeriesQuery) async throws -> [HistorySeries] {
        // Memory first: a tick that moves to the file meanwhile is then found twice, and counts once.
        let waiting = await writer.waiting()
        return try await read {
            try await reader.series(query, and: waiting)
        } otherwise: {
            guard var collector = SeriesCollector(query) else { return [] }
            try waiting.feed(&collector)
            return try collector.finish()
        }
    }

    package func subjects(from: Int64, through: Int64) async throws -> [SampleSubject] {
        let waiting = await writer.waiting()
        return try await read {
            try await reader.subjects(from: from, through: through, and: waiting)
        } otherwise: {
            guard var collector = SeriesCollector(.subjects(from: from, through: through)) else { return [] }
            try waiting.feed(&collector)
            return try collector.finishedSubjects()
        }
    }

    /// - Parameter fromMemory: The answer if the file is known to fail.
    private func read<Answer: Sendable>(
        _ body: () async throws -> Answer,
        otherwise fromMemory: () throws -> Answer
    ) async throws -> Answer {
        var isAgain = false
        while true {
            do {
                return try await body()
            } catch let error as HistoryError where error.code != .foreignFile && error.code != .newerVersion {
                throw error
            } catch {
                if await writer.readFailed(error) { return try fromMemory() }
                // A file that was just being created had no tables yet. Try once more.
                guard !isAgain else {
                    throw HistoryError.unreadable(error, path)
                }
                isAgain = true
            }
        }
    }

    /// The time of the newest tick, unless it is more than a day ahead of the time when the file was opened.
    package func newestTime() async throws -> Int64? {
        await writer.newestTime()
    }

    package func status() async -> HistoryStatus {
        await writer.status()
    }

    /// Writes the backlog if that is possible now, empties the log into the file, and closes both.
    package func close() async {
        reader.interrupt()
        // The backlog first: it would be lost if the process were killed meanwhile.
        await writer.close()
        await reader.end()
    }
}
#endif
