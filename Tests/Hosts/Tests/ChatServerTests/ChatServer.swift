import Foundation
import HostsTestSupport

/// The server on a temporary database, which ends with this value.
final class ChatServer: Sendable {
    let database: URL
    let address: String
    private let folder: TemporaryFolder
    private let program: HostProgram

    init(_ arguments: [String] = []) async throws {
        folder = try TemporaryFolder()
        database = folder.url.appending(path: "chat.sqlite")
        program = try await HostProgram("chat-server", [database.path] + arguments)
        address = program.address
    }

    func get(_ path: String, headers: [String: String] = [:]) async throws -> HTTPAnswer {
        try await program.get(path, headers: headers)
    }

    func document() async throws -> HTTPAnswer { try await get("/.well-known/healthcheck.json") }

    /// Ends the server as an orchestrator does. Returns its exit status.
    func stop() -> Int32 { program.stop() }
}

extension HTTPAnswer {
    /// The status and reason of a check of a health document, such as `ok` or `fail timeout`.
    func check(_ name: String) throws -> String {
        let check = (try json["checks"] as? [String: [String: Any]])?[name]
        return [check?["status"], check?["reason"]].compactMap { $0 as? String }.joined(separator: " ")
    }
}
