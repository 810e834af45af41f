#if SQLite
internal import GRDB

/// A failure of the file, with its path and cause.
struct HistoryFailure {
    let failure: HistoryStatus.Failure
    /// The path, and the error if there was one.
    let cause: String

    init(_ failure: HistoryStatus.Failure, _ path: String) {
        self.failure = failure
        cause = path
    }

    init(_ error: any Error, _ path: String) {
        failure = Self.failure(error, path)
        cause = Self.cause(error, path)
    }

    /// A text for a report or an error.
    static func cause(_ error: any Error, _ path: String) -> String {
        switch error {
        case let error as HistoryError: error.message
        case let error as DatabaseError:
            "\(path): \(error.message ?? "no message") (SQLite error \(error.extendedResultCode.rawValue))"
        case is HistoryFile.LogIsHeld: path
        default: "\(path): \(error)"
        }
    }

    private static func failure(_ error: any Error, _ path: String) -> HistoryStatus.Failure {
        if error is HistoryError { return .foreign }
        if error is HistoryFile.LogIsHeld { return .heldByReader }
        guard let error = error as? DatabaseError else { return cannotOpen(path) }
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL: return .busy
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: return .corrupt
        case .SQLITE_FULL: return .full
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH: return .readOnly
        default: return cannotOpen(path)
        }
    }

    /// The failure of a file that cannot be opened or extended. SQLite does not say why, so ask the system.
    private static func cannotOpen(_ path: String) -> HistoryStatus.Failure {
        if !FileFacts.hasFolder(path) { return .noFolder }
        if !FileFacts.isWritable(path) { return .readOnly }
        return FileFacts.isFull(path) ? .full : .inputOutput
    }
}

extension FailureLog {
    mutating func begin(_ problem: HistoryFailure, at now: Duration) { begin(problem.failure, problem.cause, at: now) }

    mutating func note(_ problem: HistoryFailure) { note(problem.failure, problem.cause) }

    mutating func observe(_ problem: HistoryFailure, at now: Duration, for duration: Duration) {
        observe(problem.failure, problem.cause, at: now, for: duration)
    }
}

extension HistoryError {
    static func unreadable(_ error: any Error, _ path: String) -> HistoryError {
        HistoryError(
            .unreadable,
            "the file cannot be read now, so query again later: \(HistoryFailure.cause(error, path))"
        )
    }
}

extension HistoryFile {
    /// - Throws: ``HistoryError`` if no file can be at a path.
    static func check(_ path: String) throws {
        func fail(_ problem: String) -> HistoryError { HistoryError(.invalidPath, problem) }
        let isReserved = [":", "file:"].contains { path.utf8.starts(with: $0.utf8) }
        guard !path.isEmpty, !isReserved, !path.utf8.contains(0) else {
            let rule = "it must not be empty, contain NUL, or begin with : or file:"
            throw fail("\(path.debugDescription) is not the path of a file: \(rule)")
        }
        guard !FileFacts.isFolder(path) else { throw fail("\(path) is a folder: add the name of a file") }
        let folder = FileFacts.folder(of: path)
        guard FileFacts.hasFolder(path) else { throw fail("there is no folder \(folder): create it first") }
    }

    /// - Throws: ``HistoryError`` if there is no history to read at a path.
    static func checkReadable(_ path: String) throws {
        let owner: FileOwner
        do {
            owner = try FileOwner.of(path)
        } catch {
            throw HistoryError.unreadable(error, path)
        }
        try owner.check(path)
        switch owner {
        case .nobody: throw HistoryError(.unreadable, "there is no file \(path): start its sampler first")
        case .tally(let found) where found > 0 && found < HistorySchema.version:
            throw HistoryError(.unreadable, "\(path) has the older layout \(found): open it once with a sampler")
        default: break
        }
    }
}
#endif
