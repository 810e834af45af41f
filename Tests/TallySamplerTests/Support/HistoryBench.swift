#if SQLite
import Foundation
import Synchronization
import Tally
import TallyTestSupport
import TallyTesting
import Testing

@testable import TallySampler

/// A history in a temporary file, on manual clocks.
final class HistoryBench: Sendable {
    let folder: TemporaryFolder
    let path: String
    let clock = ManualClock()
    let wall = Locked(1_800_000_000.0)

    /// - Parameter path: Nil for a file in a folder that is removed with the bench.
    init(path: String? = nil) throws {
        folder = try TemporaryFolder()
        self.path = path ?? folder.url.appending(path: "history.sqlite").path
    }

    func open(_ change: (inout HistoryFile.Options) -> Void = { _ in }) throws -> SQLiteHistory {
        var options = HistoryFile.Options()
        change(&options)
        return try SQLiteHistory(
            path: path,
            options: options,
            clock: clock,
            wallSeconds: { [self] in wall.withLock { $0 } }
        )
    }

    /// Opens the file, and then removes its folder.
    func openWithoutFolder(_ change: (inout HistoryFile.Options) -> Void = { _ in }) throws -> SQLiteHistory {
        let history = try open(change)
        try FileManager.default.removeItem(at: folder.url)
        return history
    }

    /// Replaces the file with damage behind its own header, as a failing disk might.
    func breakFile() throws {
        let header = try Data(contentsOf: URL(filePath: path)).prefix(100)
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        try (header + Data(repeating: 0x5A, count: 8192)).write(to: URL(filePath: path))
    }

    static let hasProgram = Program.find("sqlite3") != nil

    /// The output of SQLite's own program, which opens the file beside other connections.
    func sqlite(_ sql: String) throws -> String {
        let outcome = try Program.run(try Program.require("sqlite3"), ["-readonly", path, sql])
        guard outcome.status == 0 else { throw Program.Failed(description: outcome.errorText) }
        return outcome.text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func bytes(_ suffix: String = "") -> Int { FileFacts(of: path + suffix)?.bytes ?? 0 }

    /// The files set aside, without their logs and indexes.
    func corruptFiles() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: FileFacts.folder(of: path))
            .filter { $0.contains(".corrupt-") && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") }.sorted()
    }

    /// Overwrites bytes of the file.
    func damage(at offset: UInt64, _ bytes: Int) throws {
        let handle = try FileHandle(forUpdating: URL(filePath: path))
        defer { try? handle.close() }
        try handle.seek(toOffset: offset)
        try handle.write(contentsOf: Data(repeating: 0xA5, count: bytes))
    }
}

/// A process that locks the file: SQLite's own program, in a transaction.
final class Holder: Sendable {
    private let process: Mutex<Process>
    private let input: FileHandle
    private let lines: AsyncStream<String>

    /// - Parameter sql: The statements that begin the transaction.
    init(of path: String, _ sql: String) async throws {
        let process = Process()
        process.executableURL = try Program.require("sqlite3")
        process.arguments = [path]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        self.process = Mutex(process)
        self.input = input.fileHandleForWriting
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        self.lines = lines
        let handle = output.fileHandleForReading
        Thread.detachNewThread {
            while case let data = handle.availableData, !data.isEmpty {
                continuation.yield(String(decoding: data, as: UTF8.self))
            }
            continuation.finish()
        }
        try self.input.write(contentsOf: Data("\(sql) SELECT 'it is held';\n".utf8))
        for await line in lines where line.contains("it is held") { return }
        throw Program.Failed(description: "sqlite3 did not take the lock")
    }

    /// Ends the transaction and the process.
    func release() {
        try? input.close()
        process.withLock { $0.waitUntilExit() }
    }

    deinit {
        try? input.close()
        process.withLock { if $0.isRunning { $0.terminate() } }
    }
}
#endif
