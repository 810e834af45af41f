import Foundation
import HostsTestSupport

/// The server on a temporary database, which ends with this value.
final class ChatServer: Sendable {
    let database: URL
    let address: String
    private let folder: TemporaryFolder
    private let program: HostProgram

    /// - Parameter database: The database's path in the server's folder.
    init(_ arguments: [String] = [], database name: String = "chat.sqlite", holding bytes: Data? = nil) async throws {
        folder = try TemporaryFolder()
        database = folder.url.appending(path: name)
        if let bytes { try bytes.write(to: database) }
        // A busy machine needs more than half a second for a query.
        let defaults = ["--port", "0", "--database", database.path, "--timeout", "60000"]
        program = try await HostProgram("chat-server", defaults + arguments)
        address = program.address
    }

    // MARK: For operators

    func get(_ path: String, headers: [String: String] = [:]) async throws -> HTTPAnswer {
        try await program.get(path, headers: headers)
    }

    func document() async throws -> HTTPAnswer { try await get("/.well-known/healthcheck.json") }

    /// Requests documents until one satisfies the condition. The test's time limit ends a wait in vain.
    func document(where isExpected: (HTTPAnswer) throws -> Bool) async throws -> HTTPAnswer {
        var document = try await document()
        try await eventually {
            document = try await self.document()
            return try isExpected(document)
        }
        return document
    }

    /// The value of a series, such as `chat_refusals_total{numeric="421"}`.
    func metric(_ series: String) async throws -> Double? {
        let lines = try await get("/metrics").text.split(separator: "\n")
        return lines.first { $0.hasPrefix("\(series) ") }.flatMap { Double($0.dropFirst(series.count + 1)) }
    }

    /// A line of the server's log, which it reads up to there.
    func logLine(containing text: String) async throws -> String {
        try await program.program.line(containing: text)
    }

    /// Ends the server as an orchestrator does. Returns its exit status.
    func stop() -> Int32 { program.stop() }

    // MARK: For clients

    func send(_ method: String, _ path: String, _ body: String = "", token: String? = nil) async throws -> HTTPAnswer {
        let headers = token.map { ["Authorization": "Bearer \($0)"] } ?? [:]
        return try await HTTPAnswer.of(method, address + path, headers: headers, body: Data(body.utf8))
    }

    /// Creates a session, and returns its token.
    func session(_ nick: String) async throws -> String {
        let answer = try await send("POST", "/session", nick)
        guard answer.status == 201 else { throw Program.Failed(description: answer.text) }
        return answer.line
    }

    /// Sends an IRC line, which must be accepted.
    func command(_ line: String, token: String) async throws {
        let answer = try await send("POST", "/command", line, token: token)
        guard answer.status == 204 else { throw Program.Failed(description: "\(line): \(answer.text)") }
    }
}

extension HTTPAnswer {
    /// The status and reason of a check of a health document, such as `ok` or `fail timeout`.
    func check(_ name: String) throws -> String {
        let check = (try json["checks"] as? [String: [String: Any]])?[name]
        return [check?["status"], check?["reason"]].compactMap { $0 as? String }.joined(separator: " ")
    }

    /// The body without its line feed.
    var line: String { String(text.prefix { $0 != "\n" }) }
}
