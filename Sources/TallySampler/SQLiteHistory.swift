#if SQLite
internal import Tally

/// A history in an SQLite file, which outlives the process: `.sqlite(path:)`, with the trait `SQLite`.
///
/// ```sh
/// sqlite3 -readonly history.sqlite 'SELECT datetime(ts, "unixepoch"), cpu_percent FROM host_sample ORDER BY ts DESC LIMIT 9'
/// ```
///
/// Any program may read the file at any time. A tick is one transaction: after a crash at any moment it is there as a
/// whole or not at all; after a loss of power the last ticks may be missing.
///
/// A failure of the file never stops a sampler. What cannot be written is kept in memory, where queries find it, and
/// written when the failure has passed, up to 100 ticks with each new one. That is up to 20 ticks more while another
/// process has locked the file, and up to 50,000 samples while the disk is full, read-only or failing. What is more than
/// that is dropped, oldest first, and counted. A corrupt file is renamed to `<name>.corrupt-<time>`, and a new one begun,
/// once an hour at most; the last three are kept.
///
/// Samples that are more than a day ahead of the clock are deleted, once, after the file has been open for a day.
///
/// Nothing in it blocks a thread of the runtime's pool: SQLite is called on two queues, one that writes and one that reads.
public final class SQLiteHistory: HistoryStore {
    private let writer: HistoryWriter
    private let reader: HistoryReader

    /// Opens the file, or begins it. Reads and writes on the calling thread, and waits for a lock for a quarter of a second
    /// at most.
    ///
    /// - Parameter path: The file's, in a folder that exists. Beside it there will be others, of its name with `-wal` and
    ///   `-shm`.
    /// - Throws: ``HistoryError`` if the file is another program's or of a later version of Tally. It is not touched then.
    public convenience init(path: String) throws {
        try self.init(path: path, options: HistoryFile.Options(), clock: ContinuousClock())
    }

    /// - Parameters:
    ///   - clock: What back-off is measured by.
    ///   - wallSeconds: The time of day, in seconds since the Unix epoch.
    init(
        path: String,
        options: HistoryFile.Options,
        clock: some Clock<Duration>,
        wallSeconds: @escaping @Sendable () -> Double = WallClock.secondsSinceEpoch
    ) throws {
        guard !path.isEmpty, !path.hasPrefix(":"), !path.hasPrefix("file:"), !path.utf8.contains(0) else {
            throw HistoryError(.invalidPath, "\(path.debugDescription) is not the path of a file")
        }
        let start = clock.now
        writer = try HistoryWriter(
            path: path,
            options: options,
            now: { start.duration(to: clock.now) },
            wallSeconds: wallSeconds
        )
        reader = HistoryReader(path: path, options: options)
    }

    /// Writes a tick, in one transaction; or keeps it until it can be written.
    ///
    /// - Throws: ``HistoryError`` if the history was closed, or if the tick alone has more than 50,000 samples.
    public func append(_ tick: HistoryTick) async throws {
        try await writer.append(tick)
    }

    /// Deletes ticks from before a time, 5,000 samples of a kind at most: what is left goes with the next calls. Also gives
    /// some pages back to the disk, if many are free.
    public func prune(before time: Int64) async throws {
        await writer.prune(before: time)
    }

    /// The values of a metric by buckets of time. See ``HistoryStore/history(_:)``; at most 10,000 points, the newest.
    ///
    /// - Complexity: The samples of all subjects of the kind within the times asked for.
    /// - Throws: ``HistoryError`` if the file cannot be read though all seemed well, or was closed. Where the file is known
    ///   to fail, the answer is what waits in memory.
    public func history(_ query: HistoryQuery) async throws -> [HistoryPoint] {
        var waiting = await writer.waiting(query)
        var points: [HistoryPoint] = []
        // Again if a tick went from memory to the file meanwhile: it would be missing, or there twice.
        for _ in 0..<3 {
            points = try await read(otherwise: []) { try await reader.points(query) }
            let after = await writer.waiting(query)
            let isSettled = after.moves == waiting.moves
            waiting = isSettled ? waiting : after
            if isSettled { break }
        }
        return HistoryPoint.merged(points, waiting.points)
    }

    /// Whose samples there are of these times. See ``HistoryStore/subjects(from:through:)``; at most 10,000.
    ///
    /// - Complexity: The samples of the times asked for.
    /// - Throws: What ``history(_:)`` does.
    public func subjects(from: Int64, through: Int64) async throws -> [SampleSubject] {
        guard let range = HistoryRange(from: from, through: through) else { return [] }
        // First those in memory: what goes to the file meanwhile is seen twice, rather than never.
        let waiting = await writer.waitingSubjects(range)
        let written = try await read(otherwise: []) { try await reader.subjects(range) }
        return .listed(written.union(waiting))
    }

    /// - Parameter nothing: The answer of a file that is known to fail.
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
                // A file that is just being begun has no tables yet; by now it has.
                guard !isAgain else { throw HistoryError(.unreadable, "\(error)") }
                isAgain = true
            }
        }
    }

    /// The time of the newest tick, unless it is more than a day ahead of the time when the file was opened.
    public func newestTime() async throws -> Int64? {
        await writer.newestTime()
    }

    /// How much is kept, and what is wrong.
    public func status() async -> HistoryStatus {
        await writer.status()
    }

    /// Writes what waits, if that can be done now, empties the log into the file and lets go of both.
    public func close() async {
        await reader.end()
        await writer.close()
    }
}

extension HistoryStore where Self == SQLiteHistory {
    /// A history in an SQLite file. See ``SQLiteHistory``.
    ///
    /// - Throws: ``HistoryError`` if the file is another program's or of a later version of Tally.
    public static func sqlite(path: String) throws -> SQLiteHistory { try SQLiteHistory(path: path) }
}
#else
extension HistoryStore where Self == MemoryHistory {
    /// A history in an SQLite file, which takes the trait `SQLite`.
    @available(
        *,
        unavailable,
        message: """
            enable the trait SQLite: .package(url: "…", from: "…", \
            traits: ["SQLite"])
            """
    )
    public static func sqlite(path: String) throws -> MemoryHistory { MemoryHistory(maxSamples: 1) }
}
#endif
