import Foundation
import Synchronization

/// Installed programs that the tests need.
enum Programs {
    static func find(_ name: String) -> URL? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .map { URL(filePath: String($0)).appending(path: name) }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    /// True if tests fail, instead of being skipped, when a program they need is missing.
    static let areRequired = ProcessInfo.processInfo.environment["TALLY_REQUIRE_SERVICES"] == "1"

    static func require(_ name: String) throws -> URL {
        guard let found = find(name) else { throw ChatServer.Failed(description: "\(name) is not installed") }
        return found
    }

    /// Runs a program to its end, and returns what it printed.
    static func run(_ name: String, _ arguments: [String]) async throws -> String {
        let process = Process()
        process.executableURL = try require(name)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let data = output.fileHandleForReading.readDataToEndOfFile()
                continuation.resume(returning: String(decoding: data, as: UTF8.self))
            }
        }
    }
}

/// Another process that holds a database's file under an exclusive lock.
final class ForeignLock: Sendable {
    private let process: Mutex<Process>
    private let input: FileHandle

    init(on database: URL) async throws {
        let process = Process()
        process.executableURL = try Programs.require("sqlite3")
        process.arguments = [database.path]
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        self.input = input.fileHandleForWriting
        self.process = Mutex(process)
        try self.input.write(contentsOf: Data(".timeout 10000\nBEGIN EXCLUSIVE;\n.print locked\n".utf8))
        let handle = output.fileHandleForReading
        let answer = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(returning: String(decoding: handle.availableData, as: UTF8.self))
            }
        }
        guard answer == "locked\n" else { throw ChatServer.Failed(description: "sqlite3 said \(answer)") }
    }

    deinit {
        release()
    }

    func release() {
        process.withLock { process in
            guard process.isRunning else { return }
            try? input.write(contentsOf: Data("ROLLBACK;\n.quit\n".utf8))
            process.waitUntilExit()
        }
    }
}
