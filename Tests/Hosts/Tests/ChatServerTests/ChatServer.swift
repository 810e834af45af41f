import Foundation
import Synchronization

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// The server on a temporary database, which ends with this value.
final class ChatServer: Sendable {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    struct Response {
        let status: Int
        let body: Data
        let text: String

        var json: [String: Any] {
            get throws { try JSONSerialization.jsonObject(with: body) as? [String: Any] ?? [:] }
        }

        /// The status and reason of a check, such as `ok` or `fail timeout`.
        func check(_ name: String) throws -> String {
            let check = (try json["checks"] as? [String: [String: Any]])?[name]
            return [check?["status"], check?["reason"]].compactMap { $0 as? String }.joined(separator: " ")
        }
    }

    let database: URL
    let url: URL
    private let folder: URL
    private let process: Mutex<Process>

    init(_ arguments: [String] = []) async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "tally-chat-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        database = folder.appending(path: "chat.sqlite")
        let process = Process()
        process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: "chat-server")
        process.arguments = [database.path] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        self.process = Mutex(process)
        let line = await Self.firstLine(of: output.fileHandleForReading)
        guard let url = line.split(separator: " ").last.flatMap({ URL(string: String($0)) }), url.port != nil else {
            process.terminate()
            throw Failed(description: "the server said \(line.debugDescription)")
        }
        self.url = url
    }

    deinit {
        process.withLock { process in
            if process.isRunning { process.terminate() }
        }
        try? FileManager.default.removeItem(at: folder)
    }

    /// Reads on a separate thread, because reading blocks.
    private static func firstLine(of handle: FileHandle) async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var text = Data()
                while !text.contains(UInt8(ascii: "\n")), case let data = handle.availableData, !data.isEmpty {
                    text.append(data)
                }
                continuation.resume(
                    returning: String(decoding: text.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
                )
            }
        }
    }

    func get(_ path: String, accept: String = "*/*") async throws -> Response {
        guard let target = URL(string: url.absoluteString + path) else { throw Failed(description: path) }
        var request = URLRequest(url: target, cachePolicy: .reloadIgnoringLocalCacheData)
        request.setValue(accept, forHTTPHeaderField: "Accept")
        let (data, response) = try await URLSession.shared.data(for: request)
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        return Response(status: status, body: data, text: String(decoding: data, as: UTF8.self))
    }

    func document() async throws -> Response { try await get("/.well-known/healthcheck.json") }

    /// Ends the server as an orchestrator does. Returns its exit status.
    func stop() -> Int32 {
        process.withLock { process in
            process.terminate()
            process.waitUntilExit()
            return process.terminationStatus
        }
    }
}
