#if SQLite
internal import Foundation
internal import GRDB
internal import GRDBSQLite

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
        /// The size of a new file's pages, in bytes. Small, because the log repeats each page that a tick changes.
        var pageBytes = 1024
        /// The maximum size of the file, in bytes, without its log.
        var maxBytes = Int.max
        /// The time for which roll-ups outlive the samples; nil for none.
        var rollUps: HistoryRollUps?
        /// The maximum time between two checkpoints, which copy the log into the file.
        var checkpointInterval: Duration = .seconds(60)
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
    /// The time of the tick that was written last. Earlier than `lastTime` if the clock has been set back.
    var writtenTime: Int64?
    /// The series in use, with their ids, and the times and names stored.
    var series: [SeriesKey: StoredSeries] = [:]
    /// The ends of the periods that have been rolled up.
    var rolledUp: [HistoryLevel: Int64] = [:]
    /// The time before which each level has been pruned.
    var pruned: [HistoryLevel: Int64] = [:]
    /// SQLite's counter of changes by other connections.
    var dataVersion: Int?
    /// True if another connection has written to the file since the last check.
    var isShared = false
    /// True if samples were deleted before their time since the last check, because the file was too large.
    var isTooLarge = false
    /// The identity of the log, which stays the same while the file is open.
    private let logFacts: FileFacts?

    struct StoredSeries {
        let id: Int64
        var seen: Int64
        var name: String
    }

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
        let owner = try FileOwner.of(path)
        try owner.check(path)
        if owner == .empty, FileFacts(of: path)?.bytes ?? 0 > 0 { try Self.checkLog(path, options) }
        let queue = try DatabaseQueue(path: path, configuration: Self.configuration(options))
        self.queue = queue
        (shortcomings, rows, lastTime) = try queue.writeWithoutTransaction { db in
            let shortcomings = try Self.setUp(db, path, options)
            try db.inTransaction(.immediate) {
                try FileOwner.of(db).check(path)
                if try !HistorySchema.isComplete(db) { try HistorySchema.create(db) }
                return .commit
            }
            let size = FileFacts(of: path)?.bytes ?? 0
            let rows = size <= options.maxRewriteBytes ? try Self.count(db) : nil
            return (shortcomings, rows, try Self.newestTime(db, .samples, upTo: now + Self.maxAhead))
        }
        (rolledUp, dataVersion) = try queue.read { db in
            var rolledUp: [HistoryLevel: Int64] = [:]
            for level in HistoryLevel.allCases where level.isRollUp {
                rolledUp[level] = try Self.newestTime(db, level, upTo: now + Self.maxAhead).map { $0 + level.seconds }
            }
            return (rolledUp, try Int.fetchOne(db, sql: "PRAGMA data_version"))
        }
        guard let facts = FileFacts(of: path) else { throw DatabaseError(resultCode: .SQLITE_CANTOPEN) }
        self.facts = facts
        logFacts = FileFacts(of: path + "-wal")
    }

    static func configuration(_ options: Options, readOnly: Bool = false) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(Double(options.busyTimeout / .seconds(1)))
        configuration.label = "tally.history"
        return configuration
    }

    /// Checks the owner of a file whose content may be in its log, through a read-only connection: closing a writable
    /// one would empty the log of another program's file.
    private static func checkLog(_ path: String, _ options: Options) throws {
        let queue = try DatabaseQueue(path: path, configuration: configuration(options, readOnly: true))
        let owner = try queue.read { try FileOwner.of($0) }
        try queue.close()
        try owner.check(path)
    }

    /// Applies the settings that must precede a new file's first page, then those that each connection needs.
    private static func setUp(_ db: Database, _ path: String, _ options: Options) throws -> [HistoryStatus.Failure] {
        var shortcomings: [HistoryStatus.Failure] = []
        // Has no effect once there is a page.
        try db.execute(sql: "PRAGMA page_size = \(options.pageBytes)")
        // Setting `auto_vacuum` writes to the file even if nothing changes, so read it first.
        if try !canShrink(db) {
            // Silently has no effect once the log is on or there is a table.
            try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            if try !canShrink(db), (FileFacts(of: path)?.bytes ?? 0) <= options.maxRewriteBytes {
                try db.execute(sql: "VACUUM")
            }
            if try !canShrink(db) { shortcomings.append(.cannotShrink) }
        }
        // Before the log is on, so that the file itself says whose it is, even if its content is still in the log.
        if try FileOwner.of(db) == .empty {
            try db.execute(sql: "PRAGMA application_id = \(HistorySchema.applicationID)")
        }
        if try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL") != "wal" { shortcomings.append(.noLog) }
        try db.execute(sql: "PRAGMA synchronous = NORMAL")
        _ = try Int.fetchOne(db, sql: "PRAGMA journal_size_limit = \(options.logBytes)")
        // The log is emptied at fixed times instead.
        _ = try Int.fetchOne(db, sql: "PRAGMA wal_autocheckpoint = 0")
        return shortcomings
    }

    private static func canShrink(_ db: Database) throws -> Bool {
        try Int.fetchOne(db, sql: "PRAGMA auto_vacuum") == 2
    }

    private static func count(_ db: Database) throws -> Int {
        try HistoryTable.allCases.reduce(0) { sum, table in
            sum + (try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM \(table.name(.samples))") ?? 0)
        }
    }

    static func newestTime(_ db: Database, _ level: HistoryLevel, upTo limit: Int64) throws -> Int64? {
        try HistoryTable.allCases.compactMap { table in
            let sql = "SELECT MAX(ts) FROM \(table.name(level)) WHERE ts <= ?"
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
    ///
    /// If another file has taken the path, that file and its log stay as they are. The log of the open file is removed,
    /// because SQLite would take it for the other file's log, and destroy that file.
    func close() {
        // A log that cannot be emptied now is emptied when the file is next opened.
        _ = try? queue.writeWithoutTransaction { try Row.fetchAll($0, sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        guard !isInPlace else {
            try? queue.close()
            return
        }
        let isOwnLog = logFacts.map { FileFacts(of: path + "-wal")?.isSameFile(as: $0) ?? false } ?? false
        if !isOwnLog { queue.inDatabase { $0.keepLogOnClose() } }
        try? queue.close()
        guard isOwnLog else { return }
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    }
}

extension Database {
    /// Prevents that closing removes the files beside the path.
    fileprivate func keepLogOnClose() {
        var isOn: Int32 = 1
        sqlite3_file_control(sqliteConnection, "main", SQLITE_FCNTL_PERSIST_WAL, &isOn)
    }
}
#endif
