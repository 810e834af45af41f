#if SQLite
internal import Tally

/// A history in an SQLite file. A writer and a reader each have a queue of their own.
package final class SQLiteHistory: SampleHistory {
    private let writer: HistoryWriter
    private let reader: HistoryReader

    package convenience init(path: String) throws {
        try self.init(path: path, options: HistoryFile.Options(), clock: ContinuousClock())
    }

    /// - Parameters:
    ///   - clock: The clock that measures the delays between attempts.
    ///   - wallSeconds: Returns the wall-clock time, in seconds since the Unix epoch.
    init(
        path: String,
        options: HistoryFile.Options,
        clock: some Clock<Duration>,
        wallSeconds: @escaping @Sendable () -> Double = WallClock.secondsSinceEpoch
    ) throws {
        guard !path.isEmpty, !path.hasPrefix(":"), !path.hasPrefix("file:"), !path.utf8.contains(0) else {
            let rule = "it must not be empty, contain NUL, or begin with : or file:"
            throw HistoryError(.invalidPath, "\(path.debugDescription) is not the path of a file: \(rule)")
        }
        writer = try HistoryWriter(
            path: path,
            options: options,
            now: ElapsedClock(clock).now,
            wallSeconds: wallSeconds
        )
        reader = HistoryReader(path: path, options: options)
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
    ///   known. While the file is known to fail, the answer is the backlog in memory.
    package func history(_ query: HistoryQuery) async throws -> [HistoryPoint] {
        var waiting = await writer.waiting(query)
        var points: [HistoryPoint] = []
        // Repeat if a tick moved from memory to the file meanwhile: it would be missing or counted twice.
        for _ in 0..<3 {
            points = try await read(otherwise: []) { try await reader.points(query) }
            let after = await writer.waiting(query)
            let isSettled = after.moves == waiting.moves
            waiting = isSettled ? waiting : after
            if isSettled { break }
        }
        return HistoryPoint.merged(points, waiting.points)
    }

    package func subjects(from: Int64, through: Int64) async throws -> [SampleSubject] {
        guard let range = HistoryRange(from: from, through: through) else { return [] }
        // Memory first: a tick that moves to the file meanwhile is then read twice, rather than never.
        let waiting = await writer.waitingSubjects(range)
        let written = try await read(otherwise: []) { try await reader.subjects(range) }
        return .listed(written.union(waiting))
    }

    /// - Parameter nothing: The answer if the file is known to fail.
    private func read<Answer: Sendable>(
        otherwise nothing: Answer,
        _ body: () async throws -> Answer
    ) async throws -> Answer {
        var isAgain = false
        while true {
            do {
                return try await body()
            } catch let error as HistoryError {
                throw error
            } catch {
                if await writer.readFailed(error) { return nothing }
                // A file that was just being created had no tables yet. Try once more.
                guard !isAgain else {
                    throw HistoryError(.unreadable, "the file cannot be read now, so query again later: \(error)")
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
        await reader.end()
        await writer.close()
    }
}
#endif
