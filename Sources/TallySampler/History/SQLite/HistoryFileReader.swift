#if SQLite
internal import GRDB
internal import Tally

/// Queries the file through a read-only connection of its own, so that a long query does not delay a tick.
actor HistoryFileReader {
    private let executor = BlockingQueue("tally.history.reading")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let path: String
    private let options: HistoryFile.Options
    private var open: (queue: DatabaseQueue, facts: FileFacts)? {
        didSet {
            let queue = open?.queue
            connections.withLock { $0.queue = queue }
        }
    }
    private var isClosed: Bool { connections.withLock { $0.isEnding } }
    /// The open connection, for the interruption of a query from outside the actor.
    private let connections = Locked<(queue: DatabaseQueue?, isEnding: Bool)>((nil, false))

    init(path: String, options: HistoryFile.Options) {
        self.path = path
        self.options = options
    }

    /// The answer from the file and from ticks that are not written yet.
    ///
    /// - Parameter waiting: The waiting ticks, as they were before this call. One that moves to the file meanwhile
    ///   counts once.
    func series(_ query: SeriesQuery, and waiting: TickBuffer = TickBuffer()) throws -> [HistorySeries] {
        guard var collector = SeriesCollector(query) else { return [] }
        try collect(query, waiting, &collector)
        return try collector.finish()
    }

    func subjects(from: Int64, through: Int64, and waiting: TickBuffer = TickBuffer()) throws -> [SampleSubject] {
        let query = SeriesQuery.subjects(from: from, through: through)
        guard var collector = SeriesCollector(query) else { return [] }
        try collect(query, waiting, &collector)
        return try collector.finishedSubjects()
    }

    /// Performs a query, with the file in the text of any error.
    func reading<Answer: Sendable>(_ body: @Sendable (isolated HistoryFileReader) throws -> Answer) throws -> Answer {
        do {
            return try body(self)
        } catch let error as HistoryError {
            throw error
        } catch {
            throw HistoryError.unreadable(error, path)
        }
    }

    private func collect(_ query: SeriesQuery, _ waiting: TickBuffer, _ collector: inout SeriesCollector) throws {
        let (since, through, metrics) = (collector.earliest, collector.range.through, collector.metrics)
        let times = try read { db in
            var rows = try HistoryRows(db, query.selection, since: since, through: through, metrics)
            try rows.read(into: &collector)
            return rows.times
        }
        try waiting.feed(&collector, except: times)
    }

    private func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        guard !isClosed else { throw HistoryError.isClosed }
        do {
            return try connection().read(body)
        } catch let error as HistoryError {
            throw error
        } catch {
            // A new connection may not have the problem.
            close()
            throw error
        }
    }

    /// The open connection, or a new one if the path refers to another file by now.
    private func connection() throws -> DatabaseQueue {
        guard let facts = FileFacts(of: path) else { throw DatabaseError(resultCode: .SQLITE_CANTOPEN) }
        if let open, open.facts.isSameFile(as: facts) { return open.queue }
        close()
        // Another program's file would be read with the log of ours, which may still lie beside it.
        try FileOwner.of(path).check(path)
        let queue = try DatabaseQueue(path: path, configuration: HistoryFile.configuration(options, readOnly: true))
        open = (queue, facts)
        return queue
    }

    private func close() {
        try? open?.queue.close()
        open = nil
    }

    /// Ends the running query and all later ones, without waiting for them.
    nonisolated func interrupt() {
        let queue = connections.withLock { connections in
            connections.isEnding = true
            return connections.queue
        }
        queue?.interrupt()
    }

    /// Closes the file permanently.
    func end() {
        interrupt()
        close()
    }
}
#endif
