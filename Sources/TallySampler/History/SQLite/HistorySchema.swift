#if SQLite
internal import GRDB

/// The layout of the file: a table of series, and tables of samples and their roll-ups for each group of subjects.
///
/// Rows are clustered by time, then series. A tick is appended at one end and pruned at the other, which touches a
/// fifth of the pages that the opposite order would. The guide "The history file" documents the layout.
enum HistorySchema {
    /// `Taly`, which marks a file as Tally's.
    static let applicationID = 0x5461_6C79
    /// The version of the layout. Version 2 added names of owners and roll-ups. Files of a later one are not modified.
    static let version = 2

    static func insertion(of table: HistoryTable) -> String {
        let columns = table.metrics.map(\.description).joined(separator: ", ")
        let marks = Array(repeating: "?", count: table.metrics.count + 2).joined(separator: ", ")
        return "INSERT OR REPLACE INTO \(table.name(.samples))(ts, series, \(columns)) VALUES (\(marks))"
    }

    // MARK: Creation

    /// Creates the tables and columns that are missing: all in a new file, those of later versions and metrics in an
    /// older one.
    static func create(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS series(
                    id INTEGER PRIMARY KEY, owner_kind TEXT NOT NULL, owner_id TEXT NOT NULL,
                    container_id TEXT NOT NULL, seen INTEGER NOT NULL, owner_name TEXT,
                    UNIQUE(owner_kind, owner_id, container_id));
                CREATE INDEX IF NOT EXISTS series_seen ON series(seen);
                """
        )
        try add(["owner_name TEXT"], to: "series", db)
        for table in HistoryTable.allCases {
            for level in HistoryLevel.allCases {
                let columns =
                    level.countColumns.map { "\($0) INTEGER" }
                    + table.metrics.flatMap(level.columns).map { "\($0) REAL" }
                let name = table.name(level)
                try db.execute(
                    sql: """
                        CREATE TABLE IF NOT EXISTS \(name)(
                            ts INTEGER NOT NULL, series INTEGER NOT NULL, \(columns.joined(separator: ", ")),
                            PRIMARY KEY(ts, series)) WITHOUT ROWID
                        """
                )
                try add(columns, to: name, db)
            }
        }
        try db.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version)")
    }

    private static func add(_ columns: [String], to table: String, _ db: Database) throws {
        let present = Set(try String.fetchAll(db, sql: "SELECT name FROM pragma_table_info(?)", arguments: [table]))
        for column in columns where !present.contains(column.prefix { $0 != " " }.description) {
            try db.execute(sql: "ALTER TABLE \(table) ADD COLUMN \(column)")
        }
    }

    /// True if the file has every table and column.
    static func isComplete(_ db: Database) throws -> Bool {
        guard try Int.fetchOne(db, sql: "PRAGMA user_version") == version else { return false }
        for table in HistoryTable.allCases {
            for level in HistoryLevel.allCases {
                let sql = "SELECT COUNT(*) FROM pragma_table_info(?)"
                let columns = try Int.fetchOne(db, sql: sql, arguments: [table.name(level)]) ?? 0
                let wanted = table.metrics.flatMap(level.columns).count + level.countColumns.count + 2
                guard columns >= wanted else { return false }
            }
        }
        return true
    }

    // MARK: Roll-ups

    /// Inserts the roll-ups of a level for the rows of its source from one time until before another.
    static func rollUp(_ table: HistoryTable, to level: HistoryLevel, from source: HistoryLevel) -> String {
        let gauges = table.metrics.filter { !$0.isTotal }
        let totals = table.metrics.filter(\.isTotal).map(\.description)
        let (count, last) = source.isRollUp ? ("SUM(samples)", "MAX(last)") : ("COUNT(*)", "MAX(ts)")
        let parts = gauges.map { metric in
            source.isRollUp
                ? "SUM(\(metric) * samples) / SUM(CASE WHEN \(metric) IS NOT NULL THEN samples END) AS \(metric), "
                    + "MIN(\(metric)_min) AS \(metric)_min, MAX(\(metric)_max) AS \(metric)_max"
                : "AVG(\(metric)) AS \(metric), MIN(\(metric)) AS \(metric)_min, MAX(\(metric)) AS \(metric)_max"
        }
        let gaugeColumns = gauges.flatMap(level.columns)
        let seconds = level.seconds
        return """
            INSERT OR REPLACE INTO \(table.name(level))(
                \((["ts", "series", "samples", "last", "ticks"] + gaugeColumns + totals).joined(separator: ", ")))
            SELECT \((["start", "part.series", "part.samples", "part.last", "owners.ticks"]
                + gaugeColumns.map { "part.\($0)" } + totals.map { "newest.\($0)" }).joined(separator: ", "))
            FROM (
                SELECT ts - ((ts % \(seconds)) + \(seconds)) % \(seconds) AS start, series, MAX(ts) AS newest_ts,
                    \((["\(count) AS samples", "\(last) AS last"] + parts).joined(separator: ", "))
                FROM \(table.name(source)) WHERE ts >= :from AND ts < :before GROUP BY start, series) AS part
            JOIN series ON series.id = part.series
            JOIN (
                SELECT ts - ((ts % \(seconds)) + \(seconds)) % \(seconds) AS bucket, owner_kind, owner_id,
                    SUM(ticks) AS ticks
                FROM (
                    SELECT ts, owner_kind, owner_id, \(source.isRollUp ? "MAX(IFNULL(ticks, samples))" : "1") AS ticks
                    FROM \(table.name(source)) JOIN series ON series.id = series
                    WHERE ts >= :from AND ts < :before GROUP BY ts, owner_kind, owner_id)
                GROUP BY bucket, owner_kind, owner_id) AS owners
                ON owners.bucket = part.start AND owners.owner_kind = series.owner_kind
                AND owners.owner_id = series.owner_id
            JOIN \(table.name(source)) AS newest ON newest.ts = part.newest_ts AND newest.series = part.series
            """
    }
}
#endif
