#if SQLite
internal import GRDB

/// The layout of a history in a file: a table of series, and one of samples for each kind of subject, with a column a
/// metric.
///
/// Samples are clustered by time, then series: a tick is appended at one end and pruned at the other, which touches a
/// fifth of the pages that the other order does.
enum HistorySchema {
    /// `Taly`: whose file it is.
    static let applicationID = 0x5461_6C79
    /// Files of a later one are not touched.
    static let version = 1
    static let kinds = SampleSubject.Kind.all

    static func table(of kind: SampleSubject.Kind) -> String { "\(kind)_sample" }

    static func insertion(of kind: SampleSubject.Kind) -> String {
        let metrics = SampleMetric.metrics(of: kind)
        let columns = metrics.map(\.description).joined(separator: ", ")
        let marks = Array(repeating: "?", count: metrics.count + 2).joined(separator: ", ")
        return "INSERT OR REPLACE INTO \(table(of: kind))(ts, series, \(columns)) VALUES (\(marks))"
    }

    /// A text as it is stored: a NUL would end one that is bound to a statement.
    static func stored(_ text: String) -> String {
        guard text.utf8.contains(0) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value == 0 ? "\u{FFFD}" : $0 }))
    }

    // MARK: Whose file it is

    enum Owner {
        case nobody, ours
    }

    /// - Throws: ``HistoryError`` if the file is not to be touched.
    static func owner(_ db: Database) throws -> Owner {
        let id = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        if id == applicationID {
            guard found <= version else {
                throw HistoryError(
                    .newerVersion,
                    "the file has version \(found) of its layout, and this program knows \(version)"
                )
            }
            return .ours
        }
        let tables = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM sqlite_master") ?? 0
        guard id == 0, found == 0, tables == 0 else {
            throw HistoryError(.foreignFile, "the file is another program's database")
        }
        return .nobody
    }

    // MARK: Making it

    /// Makes what is missing: all of it in a new file, columns where a version of Tally has brought new metrics.
    static func create(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS series(
                    id INTEGER PRIMARY KEY, owner_kind TEXT NOT NULL, owner_id TEXT NOT NULL, container_id TEXT NOT NULL,
                    seen INTEGER NOT NULL, UNIQUE(owner_kind, owner_id, container_id));
                CREATE INDEX IF NOT EXISTS series_seen ON series(seen);
                """
        )
        for kind in kinds {
            let metrics = SampleMetric.metrics(of: kind).map(\.description)
            let columns = metrics.map { "\($0) REAL" }.joined(separator: ", ")
            try db.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS \(table(of: kind))(
                        ts INTEGER NOT NULL, series INTEGER NOT NULL, \(columns), PRIMARY KEY(ts, series)) WITHOUT ROWID
                    """
            )
            let present = Set(
                try String.fetchAll(db, sql: "SELECT name FROM pragma_table_info(?)", arguments: [table(of: kind)])
            )
            for metric in metrics where !present.contains(metric) {
                try db.execute(sql: "ALTER TABLE \(table(of: kind)) ADD COLUMN \(metric) REAL")
            }
        }
        try db.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version)")
    }

    // MARK: Asking

    static func subjects(of kind: SampleSubject.Kind) -> String {
        """
        SELECT DISTINCT owner_id FROM series WHERE owner_kind = :kind
        AND id IN (SELECT series FROM \(table(of: kind)) WHERE ts BETWEEN :from AND :through)
        LIMIT \(HistoryRange.maxPoints)
        """
    }

    /// The points of a query, the newest first.
    ///
    /// The inner `GROUP BY` follows the key, so that it needs no sorting, and sums the containers of one time.
    static func points(of kind: SampleSubject.Kind, _ metric: SampleMetric) -> String {
        """
        SELECT ts - ((ts % :bucket) + :bucket) % :bucket AS start, COUNT(*), MIN(value), AVG(value), MAX(value)
        FROM (
            SELECT ts, SUM(\(metric)) AS value FROM \(table(of: kind))
            WHERE ts BETWEEN :from AND :through
            AND +series IN (SELECT id FROM series WHERE owner_kind = :kind AND owner_id = :id)
            GROUP BY ts)
        WHERE value IS NOT NULL
        GROUP BY start ORDER BY start DESC LIMIT \(HistoryRange.maxPoints)
        """
    }
}
#endif
