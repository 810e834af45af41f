#if SQLite
internal import GRDB

/// An open file of samples: the one connection that writes to it. Whoever has it sees to it that nothing else does at
/// the same time.
struct HistoryFile {
    struct Options: Sendable {
        /// How long a lock of another process is waited for. What it keeps from being written waits in memory after
        /// that, so there is no need to wait long.
        var busyTimeout: Duration = .milliseconds(250)
        /// The log beside the file is emptied past this.
        var logBytes = 4 << 20
        /// Nothing is written while the log is larger and cannot be emptied.
        var maxLogBytes = 16 << 20
        /// A file that has to be rewritten to be able to shrink is, up to this size.
        var maxRewriteBytes = 64 << 20
        /// Rows that one pruning deletes at most of a kind, but for those of one time.
        var pruneRows = 5_000
    }

    /// Thrown where the log is too long and a reader keeps it from being emptied.
    struct LogIsHeld: Error {}

    let path: String
    let options: Options
    let queue: DatabaseQueue
    let facts: FileFacts
    /// The limitations of a file that still works.
    let shortcomings: [HistoryStatus.Failure]
    /// Samples in the file; nil if they were too many to count.
    var rows: Int?
    /// The newest tick that is no more than a day ahead of when the file was opened.
    var lastTime: Int64?
    /// Ids of the series in the file, and until when their `seen` is good for.
    var series: [SeriesKey: (id: Int64, seen: Int64)] = [:]

    /// The lag of `seen` behind a series' newest sample that avoids a write at each tick, in seconds.
    static let seenSlack: Int64 = 3600
    /// Rows of a time that is this far ahead are not believed.
    static let maxAhead: Int64 = 86_400

    // MARK: Opening

    /// Opens the file, or begins it.
    ///
    /// - Parameter now: In seconds since the Unix epoch.
    /// - Throws: ``HistoryError`` if it is not to be touched, or what SQLite says.
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

    /// Looks through a connection that cannot write, since closing one that can would already empty the log of a file
    /// that is not ours.
    private static func checkOwner(_ path: String, _ options: Options) throws {
        let queue = try DatabaseQueue(path: path, configuration: configuration(options, readOnly: true))
        _ = try queue.read { try HistorySchema.owner($0) }
        try queue.close()
    }

    /// Sets what a file is begun with before its first page is written, then what each connection has to set.
    private static func setUp(_ db: Database, _ path: String, _ options: Options) throws -> [HistoryStatus.Failure] {
        var shortcomings: [HistoryStatus.Failure] = []
        // Written to the file even where it is set already, so it is asked first.
        if try !canShrink(db) {
            // Has no effect, and no error, once the log is on or there is a table.
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

    /// Of the file and what lies beside it.
    var bytes: Int {
        ["", "-wal", "-shm"].reduce(0) { $0 + (FileFacts(of: path + $1)?.bytes ?? 0) }
    }

    /// True if the path still refers to the open file.
    var isInPlace: Bool { FileFacts(of: path).map { $0.isSameFile(as: facts) } ?? false }

    /// Empties the log into the file, and lets go of both.
    func close() {
        // What cannot be emptied now is, when the file is opened next.
        _ = try? queue.writeWithoutTransaction { try Row.fetchAll($0, sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        try? queue.close()
    }
}
#endif
