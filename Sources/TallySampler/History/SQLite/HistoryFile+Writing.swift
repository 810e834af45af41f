#if SQLite
internal import GRDB

extension HistoryFile {
    /// Writes a tick: all of it or nothing.
    mutating func write(_ tick: HistoryTick) throws {
        try keepLogShort()
        let time = HistoryRange.clamped(tick.time)
        let samples = tick.distinctSamples
        let known = series
        let isRepeated = lastTime.map { time <= $0 } ?? false
        let (fresh, change) = try queue.writeWithoutTransaction { db in
            var fresh: [SeriesKey: (id: Int64, seen: Int64)] = [:]
            var change = 0
            try db.inTransaction(.immediate) {
                if isRepeated { change -= try Self.delete(db, "ts = ?", time) }
                for sample in samples {
                    let key = SeriesKey(sample)
                    let found = try known[key] ?? Self.find(key, db, at: time)
                    let entry = try Self.touch(found, db, at: time)
                    fresh[key] = entry
                    try Self.insert(sample, entry.id, db, at: time)
                }
                change += samples.count
                return .commit
            }
            return (fresh, change)
        }
        // Only after the commit, because a series that a failed transaction inserted has no id.
        series.merge(fresh) { $1 }
        rows = rows.map { $0 + change }
        lastTime = max(lastTime ?? time, time)
    }

    private static func insert(_ sample: Sample, _ series: Int64, _ db: Database, at time: Int64) throws {
        let statement = try db.cachedStatement(sql: HistorySchema.insertion(of: sample.subject.kind))
        let values = SampleMetric.metrics(of: sample.subject.kind).map { sample.stored($0)?.databaseValue ?? .null }
        try statement.execute(arguments: StatementArguments([time.databaseValue, series.databaseValue] + values))
    }

    /// Finds the series of a subject and container, or inserts it.
    private static func find(_ key: SeriesKey, _ db: Database, at time: Int64) throws -> (id: Int64, seen: Int64) {
        let texts = key.texts
        let selection = try db.cachedStatement(
            sql: "SELECT id, seen FROM series WHERE owner_kind = ? AND owner_id = ? AND container_id = ?"
        )
        if let row = try Row.fetchOne(selection, arguments: StatementArguments(texts)) {
            guard let id = row.decoded(0, as: Int64.self) else { throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
            // An unreadable `seen` counts as long ago, so that it is rewritten.
            return (id, row.decoded(1, as: Int64.self) ?? .min)
        }
        let insertion = try db.cachedStatement(
            sql: "INSERT INTO series(owner_kind, owner_id, container_id, seen) VALUES (?, ?, ?, ?)"
        )
        try insertion.execute(arguments: StatementArguments(texts) + [time])
        return (db.lastInsertedRowID, time)
    }

    /// Records that a series is in use, at most once an hour.
    private static func touch(
        _ entry: (id: Int64, seen: Int64),
        _ db: Database,
        at time: Int64
    ) throws -> (id: Int64, seen: Int64) {
        // `time` is clamped, so this cannot overflow. `entry.seen` is from the file, and may be any number.
        guard entry.seen <= time - seenSlack else { return entry }
        let statement = try db.cachedStatement(sql: "UPDATE series SET seen = ? WHERE id = ?")
        try statement.execute(arguments: [time, entry.id])
        return (entry.id, time)
    }

    private static func delete(_ db: Database, _ condition: String, _ time: Int64) throws -> Int {
        try HistorySchema.kinds.reduce(0) { sum, kind in
            let statement = try db.cachedStatement(
                sql: "DELETE FROM \(HistorySchema.table(of: kind)) WHERE \(condition)"
            )
            try statement.execute(arguments: [time])
            return sum + db.changesCount
        }
    }

    // MARK: Pruning

    /// Deletes rows from before a time, up to `pruneRows` of each kind. A longer history takes several calls.
    mutating func prune(before time: Int64) throws {
        // Deleting also grows the log, and a sampler that is switched off prunes without writing ticks.
        try keepLogShort()
        let time = HistoryRange.clamped(time)
        let limit = options.pruneRows
        let (deleted, isDone) = try queue.writeWithoutTransaction { db in
            var deleted = 0
            var isDone = true
            try db.inTransaction(.immediate) {
                for kind in HistorySchema.kinds {
                    let table = HistorySchema.table(of: kind)
                    // The last time to delete in this call, found by walking `limit` rows along the key.
                    let find = "SELECT ts FROM \(table) WHERE ts < ? ORDER BY ts LIMIT 1 OFFSET ?"
                    let cut = try Int64.fetchOne(db.cachedStatement(sql: find), arguments: [time, limit])
                    let deletion = try db.cachedStatement(sql: "DELETE FROM \(table) WHERE ts <= ?")
                    try deletion.execute(arguments: [cut ?? time - 1])
                    deleted += db.changesCount
                    isDone = isDone && cut == nil
                }
                if isDone { try Self.pruneSeries(db, before: time) }
                return .commit
            }
            return (deleted, isDone)
        }
        rows = rows.map { max(0, $0 - deleted) }
        if isDone { series = series.filter { $0.value.seen >= time - Self.seenSlack } }
        if deleted > 0 { try giveBackPages() }
    }

    /// Deletes series that have no samples left. Their `seen` implies that, so no sample is read.
    private static func pruneSeries(_ db: Database, before time: Int64) throws {
        let statement = try db.cachedStatement(
            sql: "DELETE FROM series WHERE id IN (SELECT id FROM series WHERE seen < ? ORDER BY seen LIMIT 256)"
        )
        try statement.execute(arguments: [time - seenSlack])
    }

    /// Deletes rows that are dated after a time, in bounded steps. Returns true if none are left.
    mutating func removeFuture(after time: Int64) throws -> Bool {
        let limit = options.pruneRows
        let (deleted, isDone) = try queue.writeWithoutTransaction { db in
            var deleted = 0
            var isDone = true
            try db.inTransaction(.immediate) {
                for kind in HistorySchema.kinds {
                    let table = HistorySchema.table(of: kind)
                    let find = "SELECT ts FROM \(table) WHERE ts > ? ORDER BY ts DESC LIMIT 1 OFFSET ?"
                    let cut = try Int64.fetchOne(db.cachedStatement(sql: find), arguments: [time, limit])
                    let deletion = try db.cachedStatement(sql: "DELETE FROM \(table) WHERE ts >= ?")
                    // In a damaged file, the time found may be any number.
                    let first = max(cut ?? time + 1, time + 1)
                    try deletion.execute(arguments: [first])
                    deleted += db.changesCount
                    isDone = isDone && cut == nil
                }
                // Otherwise these series would stay until the clock catches up with `seen`.
                if deleted > 0 {
                    try db.execute(sql: "UPDATE series SET seen = ? WHERE seen > ?", arguments: [time, time])
                }
                return .commit
            }
            return (deleted, isDone)
        }
        guard deleted > 0 else { return isDone }
        rows = rows.map { max(0, $0 - deleted) }
        series = [:]
        try giveBackPages()
        return isDone
    }

    // MARK: Disk space

    /// Returns up to 64 free pages to the disk, if there are more than will soon be reused.
    private func giveBackPages() throws {
        try queue.writeWithoutTransaction { db in
            let free = try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            guard free > max(256, pages / 4) else { return }
            // Each step of the statement frees one page, and `execute` runs all steps.
            try db.execute(sql: "PRAGMA incremental_vacuum(64)")
        }
    }

    /// Empties the log if SQLite has not, for example because of a reader that never finishes.
    private func keepLogShort() throws {
        guard logBytes > options.logBytes + options.logBytes / 2 else { return }
        try queue.writeWithoutTransaction { db in
            _ = try Row.fetchAll(db, sql: "PRAGMA wal_checkpoint(PASSIVE)")
            guard logBytes > options.maxLogBytes else { return }
            _ = try Row.fetchAll(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
        guard logBytes <= options.maxLogBytes else { throw LogIsHeld() }
    }

    var logBytes: Int { FileFacts(of: path + "-wal")?.bytes ?? 0 }
}

extension SeriesKey {
    /// The values of the key's columns, as stored.
    fileprivate var texts: [String] {
        [subject.kind.description, subject.id, containerID ?? ""].map(HistorySchema.stored)
    }
}
#endif
