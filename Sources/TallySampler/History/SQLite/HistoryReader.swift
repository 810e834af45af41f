#if SQLite
internal import GRDB

/// Queries the file through a read-only connection of its own, so that a long query does not delay a tick.
actor HistoryReader {
    private let executor = BlockingQueue("tally.history.reading")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let path: String
    private let options: HistoryFile.Options
    private var open: (queue: DatabaseQueue, facts: FileFacts)?
    private var isClosed = false

    init(path: String, options: HistoryFile.Options) {
        self.path = path
        self.options = options
    }

    func points(_ query: HistoryQuery) throws -> [HistoryPoint] {
        guard let range = HistoryRange(query),
            SampleMetric.metrics(of: query.subject.kind).contains(query.metric)
        else { return [] }
        let sql = HistorySchema.points(of: query.subject.kind, query.metric)
        let arguments: StatementArguments = [
            "bucket": range.bucketSeconds, "from": range.from, "through": range.through,
            "kind": query.subject.kind.description, "id": HistorySchema.stored(query.subject.id),
        ]
        return try read { db in
            try Row.fetchAll(db, sql: sql, arguments: arguments).reversed().compactMap(Self.point)
        }
    }

    func subjects(_ range: HistoryRange) throws -> Set<SampleSubject> {
        try read { db in
            var subjects: Set<SampleSubject> = []
            for kind in HistorySchema.kinds {
                let rows = try Row.fetchAll(
                    db,
                    sql: HistorySchema.subjects(of: kind),
                    arguments: ["kind": kind.description, "from": range.from, "through": range.through]
                )
                for row in rows {
                    guard let id = row.decoded(0, as: String.self) else { continue }
                    subjects.insert(SampleSubject(kind: kind, id: id))
                }
            }
            return subjects
        }
    }

    private func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        guard !isClosed else { throw HistoryError.isClosed }
        do {
            return try connection().read(body)
        } catch {
            // A new connection may not have the problem.
            close()
            throw error
        }
    }

    /// Nil if a sum overflowed or the file is damaged.
    private static func point(_ row: Row) -> HistoryPoint? {
        guard let time = row.decoded(0, as: Int64.self), let count = row.decoded(1, as: Int.self),
            let min = row.decoded(2, as: Double.self), min.isFinite,
            let mean = row.decoded(3, as: Double.self), mean.isFinite,
            let max = row.decoded(4, as: Double.self), max.isFinite
        else { return nil }
        return HistoryPoint(time: time, count: count, min: min, mean: mean, max: max)
    }

    /// The open connection, or a new one if the path refers to another file by now.
    private func connection() throws -> DatabaseQueue {
        guard let facts = FileFacts(of: path) else { throw DatabaseError(resultCode: .SQLITE_CANTOPEN) }
        if let open, open.facts.isSameFile(as: facts) { return open.queue }
        close()
        let queue = try DatabaseQueue(path: path, configuration: HistoryFile.configuration(options, readOnly: true))
        open = (queue, facts)
        return queue
    }

    private func close() {
        try? open?.queue.close()
        open = nil
    }

    /// Closes the file permanently.
    func end() {
        isClosed = true
        close()
    }
}
#endif
