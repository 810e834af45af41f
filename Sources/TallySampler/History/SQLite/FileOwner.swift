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
        let header = try header(connection)
        guard header.starts(with: Array("SQLite format 3\0".utf8)) else { return .noDatabase }
        let (id, version) = (number(header, 68), number(header, 60))
        // The rest of a file of ours may be damaged.
        guard id == 0 else { return id == HistorySchema.applicationID ? .tally(version: version) : .otherProgram }
        do {
            let tables = try count("SELECT COUNT(*) FROM sqlite_master", connection)
            return version == 0 && tables == 0 ? .empty : .otherProgram
        } catch let error as DatabaseError where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) {
            return .otherProgram
        }
    }

    /// The file's first hundred bytes. https://www.sqlite.org/fileformat2.html#the_database_header
    private static func header(_ connection: OpaquePointer?) throws -> [UInt8] {
        var file: UnsafeMutablePointer<sqlite3_file>?
        try check(sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file), connection)
        var bytes = [UInt8](repeating: 0, count: 100)
        // A shorter file is filled with zeroes.
        let code = file?.pointee.pMethods?.pointee.xRead?(file, &bytes, Int32(bytes.count), 0) ?? SQLITE_CANTOPEN
        if code != SQLITE_OK, code != shortRead { try check(code, connection) }
        return bytes
    }

    /// `SQLITE_IOERR_SHORT_READ`, which is a macro that Swift does not import.
    private static let shortRead = SQLITE_IOERR | 2 << 8

    private static func number(_ header: [UInt8], _ offset: Int) -> Int {
        header[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
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
            let isPlain =
                byte > 0x20 && byte < 0x7F
                && ![UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#")]
                    .contains(byte)
            let digits = String(byte, radix: 16, uppercase: true)
            uri += isPlain ? String(UnicodeScalar(byte)) : byte < 16 ? "%0\(digits)" : "%\(digits)"
        }
        return uri + "?immutable=1"
    }

    private static func count(_ sql: String, _ connection: OpaquePointer?) throws -> Int {
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
