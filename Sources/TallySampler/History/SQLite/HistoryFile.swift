#if SQLite
internal import GRDB

/// An open file of samples, with the only connection that writes to it. The owner serialises its use.
struct HistoryFile {
    struct Options: Sendable {
        /// The maximum wait for another process's lock. Short, because ticks that cannot be written wait in memory.
        var busyTimeout: Duration = .milliseconds(250)
        /// The target size of the log, in bytes. A longer log is emptied.
        var logBytes = 4 << 20
        /// The size of the log beyond which nothing is written until it can be emptied.
        var maxLogBytes = 16 << 20
        /// The maximum size of a file that is rewritten so that it can shrink, or whose rows are counted.
        var maxRewriteBytes = 64 << 20
        /// The maximum number of rows of each kind that one pruning deletes, rounded up to whole ticks.
        var pruneRows = 5_000
    }

    /// Thrown if the log is too long and a reader prevents it from being emptied.
    struct LogIsHeld: Error {}

    let path: String
    let options: Options
    let queue: DatabaseQueue
    let facts: FileFacts
    /// The limitations of a file that still works.
    let shortcomings: [HistoryStatus.Failure]
    /// The number of samples in the file; nil if there were too many to count.
    var rows: Int?
    /// The time of the newest tick that was at most a day ahead of the clock when the file was opened.
    var lastTime: Int64?
    /// The series in use, with their ids and the times stored as `seen`.
    var series: [SeriesKey: (id: Int64, seen: Int64)] = [:]

    /// The maximum lag of `seen` behind a series' newest sample, in seconds. The lag avoids a write at each tick.
    static let seenSlack: Int64 = 3600
    /// Rows that are dated further ahead than this, in seconds, are not trusted.
    static let maxAhead: Int64 = 86_400

    // MARK: Opening

    /// Opens the file, or creates it.
    ///
    /// - Parameter now: The current time, in seconds since the Unix epoch.
    /// - Throws: ``HistoryError`` if the file must not be modified, or an error from SQLite.
    init(path: String, options: Options, now: Int64) throws {
        self.path = path
        self.options = options
        if let facts = FileFacts(of: path), facts.bytes > 0 { try Self.checkOwner(path, options) }
        queue = try DatabaseQueue(path: path, configuration: Self.configuration(options))
        (shortcomings, rows, lastTime) = try queue.writeWithoutTransaction { db in
            let shortcomings = try Self.setUp(db, path, options)
            try db.inTransaction(.immediate) {
                if try HistorySchema.owner(db) == .nobody || !Self.isComplete(db) { try HistorySchema.create(db) }
                return .commit
            }
            let size = FileFacts(of: path)?.bytes ?? 0
            let rows = size <= options.maxRewriteBytes ? try Self.count(db) : nil
            return (shortcomings, rows, try Self.newestTime(db, upTo: now + Self.maxAhead))
        }
        guard let facts = FileFacts(of: path) else { throw DatabaseError(resultCode: .SQLITE_CANTOPEN) }
        self.facts = facts
    }

    static func configuration(_ options: Options, readOnly: Bool = false) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(Double(options.busyTimeout / .seconds(1)))
        configuration.label = "tally.history"
        return configuration
    }

    /// Checks the owner through a read-only connection: closing a writable one would empty the log of a foreign file.
    private static func checkOwner(_ path: String, _ options: Options) throws {
        let queue = try DatabaseQueue(path: path, configuration: configuration(options, readOnly: true))
        _ = try queue.read { try HistorySchema.owner($0) }
        try queue.close()
    }

    /// Applies the settings that must precede a new file's first page, then those that each connection needs.
    private static func setUp(_ db: Database, _ path: String, _ options: Options) throws -> [HistoryStatus.Failure] {
        var shortcomings: [HistoryStatus.Failure] = []
        // Setting `auto_vacuum` writes to the file even if nothing changes, so read it first.
        if try !canShrink(db) {
            // Silently has no effect once the log is on or there is a table.
            try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            if try !canShrink(db), (FileFacts(of: path)?.bytes ?? 0) <= options.maxRewriteBytes {
                try db.execute(sql: "VACUUM")
            }
            if try !canShrink(db) { shortcomings.append(.cannotShrink) }
        }
        if try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL") != "wal" { shortcomings.append(.noLog) }
        try db.execute(sql: "PRAGMA synchronous = NORMAL")
        _ = try Int.fetchOne(db, sql: "PRAGMA journal_size_limit = \(options.logBytes)")
        return shortcomings
    }

    private static func canShrink(_ db: Database) throws -> Bool {
        try Int.fetchOne(db, sql: "PRAGMA auto_vacuum") == 2
    }

    private static func isComplete(_ db: Database) throws -> Bool {
        for kind in HistorySchema.kinds {
            let sql = "SELECT COUNT(*) FROM pragma_table_info(?)"
            let columns = try Int.fetchOne(db, sql: sql, arguments: [HistorySchema.table(of: kind)]) ?? 0
            guard columns >= SampleMetric.metrics(of: kind).count + 2 else { return false }
        }
        return true
    }

    private static func count(_ db: Database) throws -> Int {
        try HistorySchema.kinds.reduce(0) { sum, kind in
            sum + (try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM \(HistorySchema.table(of: kind))") ?? 0)
        }
    }

    private static func newestTime(_ db: Database, upTo limit: Int64) throws -> Int64? {
        try HistorySchema.kinds.compactMap { kind in
            let sql = "SELECT MAX(ts) FROM \(HistorySchema.table(of: kind)) WHERE ts <= ?"
            return try Int64.fetchOne(db, sql: sql, arguments: [limit])
        }.max()
    }

    // MARK: Facts

    /// The size of the file and the files beside it.
    var bytes: Int {
        ["", "-wal", "-shm"].reduce(0) { $0 + (FileFacts(of: path + $1)?.bytes ?? 0) }
    }

    /// True if the path still refers to the open file.
    var isInPlace: Bool { FileFacts(of: path).map { $0.isSameFile(as: facts) } ?? false }

    /// Empties the log into the file, and closes both.
    func close() {
        // A log that cannot be emptied now is emptied when the file is next opened.
        _ = try? queue.writeWithoutTransaction { try Row.fetchAll($0, sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        try? queue.close()
    }
}
#endif
