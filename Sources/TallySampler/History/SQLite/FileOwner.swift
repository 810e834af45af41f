#if SQLite
internal import GRDB
internal import GRDBSQLite

/// The program that a file belongs to, by its first page.
enum FileOwner: Equatable {
    /// There is no file.
    case nobody
    /// A file without content. A history that was killed in its first minute may also have all content in its log.
    case empty
    case tally(version: Int)
    case otherProgram
    case noDatabase

    /// Reads the file as it is, without its log, its locks or any change.
    ///
    /// Through SQLite, because closing a file that SQLite has open elsewhere in the process would end its locks.
    ///
    /// - Throws: An error from SQLite if the file cannot be read.
    static func of(_ path: String) throws -> FileOwner {
        guard let facts = FileFacts(of: path) else { return .nobody }
        guard facts.bytes > 0 else { return .empty }
        var connection: OpaquePointer?
        let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX
        defer { sqlite3_close_v2(connection) }
        try check(sqlite3_open_v2(uri(path), &connection, flags, nil), connection)
        do {
            // Reads the header only, which a damaged file may still have.
            let id = try number("PRAGMA application_id", connection)
            let version = try number("PRAGMA user_version", connection)
            guard id == 0 else { return id == HistorySchema.applicationID ? .tally(version: version) : .otherProgram }
            let tables = try number("SELECT COUNT(*) FROM sqlite_master", connection)
            return version == 0 && tables == 0 ? .empty : .otherProgram
        } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
            return .noDatabase
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
            return .otherProgram
        }
    }

    /// Reads the owner through a connection, and so through the log.
    static func of(_ db: Database) throws -> FileOwner {
        let id = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        if id == HistorySchema.applicationID { return .tally(version: version) }
        let tables = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM sqlite_master") ?? 0
        return id == 0 && version == 0 && tables == 0 ? .empty : .otherProgram
    }

    /// - Throws: ``HistoryError`` if the file must not be modified.
    func check(_ path: String) throws {
        switch self {
        case .nobody, .empty: break
        case .tally(let found):
            let version = HistorySchema.version
            guard found > version else { return }
            let problem = "\(path) has layout \(found), this Tally knows \(version)"
            throw HistoryError(.newerVersion, "\(problem): update Tally or use another path")
        case .otherProgram:
            throw HistoryError(.foreignFile, "\(path) is another program's database: use another path")
        case .noDatabase:
            throw HistoryError(.foreignFile, "\(path) is not a database: use another path, or remove the file")
        }
    }

    private static func uri(_ path: String) -> String {
        var uri = path.hasPrefix("/") ? "file://" : "file:"
        for byte in path.utf8 {
            let isPlain = byte > 0x20 && byte < 0x7F && ![UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#")]
                .contains(byte)
            let digits = String(byte, radix: 16, uppercase: true)
            uri += isPlain ? String(UnicodeScalar(byte)) : byte < 16 ? "%0\(digits)" : "%\(digits)"
        }
        return uri + "?immutable=1"
    }

    private static func number(_ sql: String, _ connection: OpaquePointer?) throws -> Int {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        try check(sqlite3_prepare_v2(connection, sql, -1, &statement, nil), connection)
        let code = sqlite3_step(statement)
        if code != SQLITE_ROW { try check(code == SQLITE_DONE ? SQLITE_CORRUPT : code, connection) }
        return Int(sqlite3_column_int64(statement, 0))
    }

    private static func check(_ code: Int32, _ connection: OpaquePointer?) throws {
        guard code != SQLITE_OK else { return }
        let message = connection.flatMap { sqlite3_errmsg($0) }.map { String(cString: $0) }
        throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
    }
}
#endif
