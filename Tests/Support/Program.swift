package import Foundation
import Synchronization

/// A program that a test runs: an executable of this package, or one that the machine may have.
package final class Program: Sendable {
    package struct Failed: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) {
            self.description = description
        }
    }

    /// The exit status and output of a program that has ended.
    package struct Outcome: Sendable {
        package let status: Int32
        package let output: Data
        package let errors: Data

        package var text: String { String(decoding: output, as: UTF8.self) }
        package var errorText: String { String(decoding: errors, as: UTF8.self) }
    }

    private let process: Mutex<Process>
    /// The lines of both of the program's output streams, in the order of their arrival.
    package let lines: AsyncStream<String>

    /// Starts a program that runs until `stop`, or until this object is released.
    package init(_ executable: URL, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        self.lines = lines
        try Self.start(process)
        self.process = Mutex(process)
        let handle = pipe.fileHandleForReading
        Thread.detachNewThread {
            var rest = Data()
            while case let data = handle.availableData, !data.isEmpty {
                rest.append(data)
                while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    continuation.yield(String(decoding: rest[..<end], as: UTF8.self))
                    rest = Data(rest[(end + 1)...])
                }
            }
            continuation.finish()
        }
    }

    deinit {
        process.withLock { process in
            if process.isRunning { process.terminate() }
        }
    }

    /// Returns the first line that contains a text. If there is none, throws an error that shows the lines seen.
    package func line(containing text: String) async throws -> String {
        var seen: [String] = []
        for await line in lines {
            if line.contains(text) { return line }
            seen.append(line)
        }
        throw Failed(description: "no line with \(text) in:\n\(seen.joined(separator: "\n"))")
    }

    /// Sends a signal, and does not wait.
    package func signal(_ number: Int32) {
        process.withLock { process in
            if process.isRunning { kill(process.processIdentifier, number) }
        }
    }

    /// Sends a signal, waits for the program to end, and returns its exit status.
    package func stop(_ number: Int32 = SIGTERM) -> Int32 {
        process.withLock { process in
            if process.isRunning { kill(process.processIdentifier, number) }
            process.waitUntilExit()
            return process.terminationStatus
        }
    }

    /// Runs a program to its end.
    package static func run(_ executable: URL, _ arguments: [String] = [], input: Data = Data()) throws -> Outcome {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        // Files, because a program that fills one pipe while the test reads another would deadlock.
        let folder = try TemporaryFolder()
        let files = ["in", "out", "err"].map { folder.url.appending(path: $0) }
        try input.write(to: files[0])
        for file in files[1...] { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])
        try start(process)
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus,
            output: try Data(contentsOf: files[1]),
            errors: try Data(contentsOf: files[2])
        )
    }

    /// Starts a process with all signals unblocked. The threads of tests block signals, and a program that does not
    /// unblock them itself would inherit the mask and ignore `stop`.
    private static func start(_ process: Process) throws {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try process.run()
    }

    // MARK: Finding programs

    /// An executable of this package, next to the running tests.
    package static func built(_ name: String) -> URL {
        let tests = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        return tests.appending(path: name)
    }

    /// A program on the PATH, or at the path that an environment variable names.
    package static func find(_ name: String, variable: String? = nil) -> URL? {
        let environment = ProcessInfo.processInfo.environment
        if let variable, let path = environment[variable] { return URL(filePath: path) }
        return (environment["PATH"] ?? "").split(separator: ":")
            .map { URL(filePath: String($0)).appending(path: name) }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    /// True if tests fail, instead of being skipped, when a program they need is missing.
    package static var isRequired: Bool {
        ProcessInfo.processInfo.environment["TALLY_REQUIRE_SERVICES"] == "1"
    }

    package static func require(_ name: String, variable: String? = nil) throws -> URL {
        guard let found = find(name, variable: variable) else { throw Failed(description: "\(name) is not installed") }
        return found
    }
}

/// A folder that is removed when this object is released.
package final class TemporaryFolder: Sendable {
    package let url: URL

    package init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "tally-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }
}
