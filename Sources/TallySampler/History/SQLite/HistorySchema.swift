#if SQLite
internal import GRDB

/// The layout of the file: a table of series, and a table of samples for each kind of subject.
///
/// Samples are clustered by time, then series. A tick is appended at one end and pruned at the other, which touches a
/// fifth of the pages that the opposite order would.
enum HistorySchema {
    /// `Taly`, which marks a file as Tally's.
    static let applicationID = 0x5461_6C79
    /// The version of the layout. Files of a later version are not modified.
    static let version = 1
    static let kinds = SampleSubject.Kind.all

    static func table(of kind: SampleSubject.Kind) -> String { "\(kind)_sample" }

    static func insertion(of kind: SampleSubject.Kind) -> String {
        let metrics = SampleMetric.metrics(of: kind)
        let columns = metrics.map(\.description).joined(separator: ", ")
        let marks = Array(repeating: "?", count: metrics.count + 2).joined(separator: ", ")
        return "INSERT OR REPLACE INTO \(table(of: kind))(ts, series, \(columns)) VALUES (\(marks))"
    }

    /// A string as it is stored. NUL is replaced, because it would end a string that is bound to a statement.
    static func stored(_ text: String) -> String {
        guard text.utf8.contains(0) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value == 0 ? "\u{FFFD}" : $0 }))
    }

    // MARK: Ownership

    enum Owner {
        case nobody, ours
    }

    /// - Throws: ``HistoryError`` if the file must not be modified.
    static func owner(_ db: Database) throws -> Owner {
        let id = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        if id == applicationID {
            guard found <= version else {
                throw HistoryError(
                    .newerVersion,
                    "the file has layout \(found), this Tally knows \(version): update Tally or use another path"
                )
            }
            return .ours
        }
        let tables = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM sqlite_master") ?? 0
        guard id == 0, found == 0, tables == 0 else {
            throw HistoryError(.foreignFile, "the file is another program's database: use another path")
        }
        return .nobody
    }

    // MARK: Creation

    /// Creates the tables and columns that are missing: all in a new file, and columns for new metrics in an older one.
    static func create(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS series(
                    id INTEGER PRIMARY KEY, owner_kind TEXT NOT NULL, owner_id TEXT NOT NULL,
                    container_id TEXT NOT NULL, seen INTEGER NOT NULL,
                    UNIQUE(owner_kind, owner_id, container_id));
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

    // MARK: Queries

    static func subjects(of kind: SampleSubject.Kind) -> String {
        """
        SELECT DISTINCT owner_id FROM series WHERE owner_kind = :kind
        AND id IN (SELECT series FROM \(table(of: kind)) WHERE ts BETWEEN :from AND :through)
        LIMIT \(HistoryRange.maxPoints)
        """
    }

    /// A query for points, newest first.
    ///
    /// The inner `GROUP BY` sums the containers of one time. It follows the key, so it needs no sorting.
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
