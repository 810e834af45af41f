package import Foundation
import Synchronization

/// Another process that holds a database's file under an exclusive lock.
package final class ForeignLock: Sendable {
    private let process: Mutex<Process>
    private let input: FileHandle

    package init(on database: URL) async throws {
        let process = Process()
        process.executableURL = try Program.require("sqlite3")
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
        guard answer == "locked\n" else { throw Program.Failed(description: "sqlite3 said \(answer)") }
    }

    deinit {
        release()
    }

    package func release() {
        process.withLock { process in
            guard process.isRunning else { return }
            try? input.write(contentsOf: Data("ROLLBACK;\n.quit\n".utf8))
            process.waitUntilExit()
        }
    }
}
