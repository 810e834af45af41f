import Foundation
import HostsTestSupport
import Testing

/// A database that is broken from the start, or breaks later, costs its own values and requests only.
@Suite(.timeLimit(.minutes(10)))
struct BrokenDatabaseTests {
    private static let keys = ["sessions", "clients", "queuedLines", "channels"]
    private static let options = ["--max-age", "1", "--stale-if-error", "0"]

    private func expectNull(_ server: ChatServer) async throws {
        let document = try await server.document()
        #expect(document.status == 503)
        for key in Self.keys { #expect(try document.json[key] is NSNull, "\(key)") }
        #expect(try document.json["connectionsSinceBoot"] as? Int != nil, "counters do not need the database")
        #expect(try await server.get("/live").status == 200)
    }

    @Test func aMissingFolderIsLoggedAndNullUntilItExists() async throws {
        let server = try await ChatServer(Self.options, database: "missing/chat.sqlite")
        try await expectNull(server)
        let refused = try await server.send("POST", "/session", "anna")
        #expect(refused.status == 503)
        #expect(refused.text == "400 :databaseUnavailable\n", "nothing of the error's text")
        #expect(try await server.metric("chat_refusals_total{numeric=\"400\"}") == 1)
        #expect(try await server.metric("chat_sessions_total") == 0)
        let line = try await server.logLine(containing: "SQLite error 14")
        #expect(line.contains("error"))

        let folder = server.database.deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        _ = try await server.session("anna")
        let document = try await server.document { try $0.check("database") == "ok" }
        #expect(try document.json["sessions"] as? Int == 1)
        #expect(server.stop() == 0)
    }

    @Test func aFileThatIsNoDatabaseIsLoggedAndNull() async throws {
        let bytes = Data(repeating: 0x2A, count: 8_192)
        let server = try await ChatServer(Self.options, holding: bytes)
        try await expectNull(server)
        #expect(try await server.send("POST", "/session", "anna").status == 503)
        _ = try await server.logLine(containing: "SQLite error 26")
        #expect(try Data(contentsOf: server.database) == bytes, "the server does not touch what it cannot read")

        try FileManager.default.removeItem(at: server.database)
        _ = try await server.session("anna")
        _ = try await server.document { try $0.check("database") == "ok" }
    }

    @Test(.needs("sqlite3"))
    func aLockThatIsNotReleasedRefusesRequestsInTime() async throws {
        let server = try await ChatServer(Self.options + ["--patience", "100"])
        let anna = try await server.session("anna")
        let lock = try await ForeignLock(on: server.database)
        #expect(try await server.send("POST", "/command", "JOIN #lobby", token: anna).status == 503)
        _ = try await server.document { try $0.json["sessions"] is NSNull }
        lock.release()
        try await server.command("JOIN #lobby", token: anna)
        _ = try await server.document { try $0.json["channels"] as? Int == 1 }
    }
}
