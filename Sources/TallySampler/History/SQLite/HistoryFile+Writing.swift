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
        let (fresh, change, version) = try queue.writeWithoutTransaction { db in
            var fresh: [SeriesKey: StoredSeries] = [:]
            var change = 0
            var version: Int?
            try db.inTransaction(.immediate) {
                version = try Int.fetchOne(db.cachedStatement(sql: "PRAGMA data_version"))
                if isRepeated { change -= try Self.delete(db, at: time) }
                for sample in samples {
                    let key = SeriesKey(sample)
                    let found = try known[key] ?? Self.find(key, db, at: time)
                    let entry = try Self.touch(found, sample.subject.name, db, at: time)
                    fresh[key] = entry
                    try Self.insert(sample, entry.id, db, at: time)
                }
                change += samples.count
                return .commit
            }
            return (fresh, change, version)
        }
        // Only after the commit, because a series that a failed transaction inserted has no id.
        series.merge(fresh) { $1 }
        rows = rows.map { $0 + change }
        lastTime = max(lastTime ?? time, time)
        writtenTime = time
        // Another connection has written since this one's last transaction.
        isShared = isShared || (dataVersion != nil && version != dataVersion)
        dataVersion = version
        guard isRepeated else { return }
        // The clock was set back, so roll-ups of this time lack this tick.
        for (level, end) in rolledUp { rolledUp[level] = min(end, HistoryRange.floor(time, to: level.seconds)) }
    }

    private static func insert(_ sample: Sample, _ series: Int64, _ db: Database, at time: Int64) throws {
        let table = HistoryTable(sample.subject.kind)
        let statement = try db.cachedStatement(sql: HistorySchema.insertion(of: table))
        let values = table.metrics.map { sample.stored($0)?.databaseValue ?? .null }
        try statement.execute(arguments: StatementArguments([time.databaseValue, series.databaseValue] + values))
    }

    /// Finds the series of a subject and container, or inserts it.
    private static func find(_ key: SeriesKey, _ db: Database, at time: Int64) throws -> StoredSeries {
        let texts = key.texts
        let selection = try db.cachedStatement(
            sql: "SELECT id, seen, owner_name FROM series WHERE owner_kind = ? AND owner_id = ? AND container_id = ?"
        )
        if let row = try Row.fetchOne(selection, arguments: StatementArguments(texts)) {
            guard let id = row.decoded(0, as: Int64.self) else { throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
            // An unreadable `seen` counts as long ago, so that it is rewritten.
            let seen = row.decoded(1, as: Int64.self) ?? .min
            return StoredSeries(id: id, seen: seen, name: row.decoded(2, as: String.self) ?? "")
        }
        let insertion = try db.cachedStatement(
            sql: "INSERT INTO series(owner_kind, owner_id, container_id, seen, owner_name) VALUES (?, ?, ?, ?, ?)"
        )
        try insertion.execute(arguments: StatementArguments(texts) + [time, key.subject.name])
        return StoredSeries(id: db.lastInsertedRowID, seen: time, name: key.subject.name)
    }

    /// Records that a series is in use, at most once an hour, and the name of its owner.
    private static func touch(
        _ entry: StoredSeries,
        _ name: String,
        _ db: Database,
        at time: Int64
    ) throws -> StoredSeries {
        // `time` is clamped, so this cannot overflow. `entry.seen` is from the file, and may be any number.
        guard entry.seen <= time - seenSlack || !entry.name.utf8.elementsEqual(name.utf8) else { return entry }
        let statement = try db.cachedStatement(
            sql: "UPDATE series SET seen = MAX(CASE WHEN typeof(seen) = 'integer' THEN seen ELSE ?1 END, ?1), "
                + "owner_name = ?2 WHERE id = ?3"
        )
        try statement.execute(arguments: [time, name, entry.id])
        return StoredSeries(id: entry.id, seen: max(entry.seen, time), name: name)
    }

    private static func delete(_ db: Database, at time: Int64) throws -> Int {
        try HistoryTable.allCases.reduce(0) { sum, table in
            let statement = try db.cachedStatement(sql: "DELETE FROM \(table.name(.samples)) WHERE ts = ?")
            try statement.execute(arguments: [time])
            return sum + db.changesCount
        }
    }

    // MARK: The log

    /// Copies the log into the file, so that a copy of the file alone is recent.
    func checkpoint() throws {
        try queue.writeWithoutTransaction { db in _ = try Row.fetchAll(db, sql: "PRAGMA wal_checkpoint(PASSIVE)") }
    }

    /// Empties the log if SQLite has not, for example because of a reader that never finishes.
    func keepLogShort() throws {
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
        [subject.kind.description, subject.id, (containerID ?? "").withoutNUL]
    }
}
#endif
