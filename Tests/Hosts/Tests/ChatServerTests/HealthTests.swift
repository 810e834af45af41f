import Foundation
import HostsTestSupport
import Testing

/// A chat server's healthcheck on a real database.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct HealthTests {
    private func countRuns(_ server: ChatServer) async throws -> Int {
        Int(try #require(try await server.metric("chat_database_counts_total")))
    }

    @Test func theDocumentShowsValuesOfTheDatabaseAndTheServer() async throws {
        let server = try await ChatServer(["--max-age", "1"])
        for nick in ["anna", "bert", "carl"] {
            let token = try await server.session(nick)
            for channel in ["#lobby", "#tea"] { try await server.command("JOIN \(channel)", token: token) }
            if nick == "carl" { try await server.command("PRIVMSG #tea :hello", token: token) }
        }
        let document = try await server.document { try $0.json["queuedLines"] as? Int == 3 }
        #expect(document.status == 200)
        let json = try document.json
        #expect(json["status"] as? String == "ok")
        #expect(json["name"] as? String == "chat")
        for (key, value) in [
            ("sessions", 3), ("clients", 3), ("channels", 2), ("connectionsSinceBoot", 3), ("sessionsSinceBoot", 3),
            ("messagesSinceBoot", 1),
        ] {
            #expect(json[key] as? Int == value, "\(key)")
        }
        #expect(try document.check("database") == "ok")
        print("ok: \(document.status) \(document.text)")
        let draft = try await server.get(
            "/.well-known/healthcheck.json",
            headers: ["Accept": "application/health+json"]
        )
        let lines = #""database:queuedLines":[{"componentType":"component","observedValue":3,"status":"pass","#
        #expect(draft.text.contains(lines))
        #expect(try await server.metric("health_check_up{check=\"database\"}") == 1)
        for path in ["/live", "/ready", "/startup"] { #expect(try await server.get(path).status == 200) }
        #expect(server.stop() == 0)
    }

    @Test(.needs("sqlite3"), arguments: [true, false])
    func aLockedDatabaseLosesOnlyItsOwnCounts(critical: Bool) async throws {
        let options = ["--max-age", "200", "--stale-if-error", "0", "--timeout", "300", "--patience", "60000"]
        let server = try await ChatServer(options + ["--critical", "\(critical)"])
        _ = try await server.session("anna")
        _ = try await server.document { try $0.json["sessions"] as? Int == 1 }

        let lock = try await ForeignLock(on: server.database)
        // Until the cached counts expire, the check stays ok.
        let failed = try await server.document { try $0.check("database") != "ok" }
        #expect(failed.status == (critical ? 503 : 200))
        #expect(try failed.json["status"] as? String == (critical ? "fail" : "warn"))
        #expect(try failed.check("database") == "fail timeout")
        for key in ["sessions", "clients", "queuedLines", "channels"] {
            #expect(try failed.json[key] is NSNull, "\(key)")
        }
        #expect(try failed.json["connectionsSinceBoot"] as? Int == 1, "counters do not need the database")
        print("\(critical ? "fail" : "warn"): \(failed.status) \(failed.text)")

        let runs = try await countRuns(server)
        let start = ContinuousClock.now
        let again = try await server.document()
        let took = start.duration(to: .now)
        #expect(try again.json["sessions"] is NSNull)
        #expect(try await server.get("/live").status == 200)
        #expect(try await server.get("/ready").status == (critical ? 503 : 200))
        #expect(try await server.metric("health_check_up{check=\"database\"}") == 0)
        // A run that the lock blocks is not started again.
        let busy = try await server.document { try $0.check("database") == "fail busy" }
        #expect(try await countRuns(server) == runs)
        print("busy: \(busy.status) \(busy.text)")
        print("a document while the file is locked took \(took)")

        lock.release()
        let recovered = try await server.document { try $0.check("database") == "ok" }
        #expect(recovered.status == 200)
        #expect(try recovered.json["sessions"] as? Int == 1)
        print("recovered: \(recovered.status) \(recovered.text)")
        #expect(server.stop() == 0)
    }

    @Test(.needs("sqlite3"))
    func theLastCountsAreShownAsStale() async throws {
        let server = try await ChatServer(["--max-age", "100", "--stale-if-error", "60000", "--timeout", "100"])
        try await server.command("JOIN #lobby", token: server.session("anna"))
        _ = try await server.document { try $0.json["channels"] as? Int == 1 }
        let lock = try await ForeignLock(on: server.database)
        let stale = try await server.document { try $0.check("database") != "ok" }
        #expect(stale.status == 200)
        #expect(try stale.check("database") == "warn stale")
        #expect(try stale.json["channels"] as? Int == 1)
        print("stale: \(stale.status) \(stale.text)")
        lock.release()
        _ = try await server.document { try $0.check("database") == "ok" }
    }

    @Test func drainingFailsTheReadinessProbe() async throws {
        let server = try await ChatServer()
        #expect(try await server.get("/ready").status == 200)
        #expect(try await server.send("PUT", "/drain").status == 204)
        let ready = try await server.get("/ready")
        #expect(ready.status == 503)
        print("draining: \(ready.status) \(ready.text)")
        #expect(try await server.document().status == 200)
        #expect(try await server.send("DELETE", "/drain").status == 204)
        #expect(try await server.get("/ready").status == 200)
    }

    @Test(.needs("wrk"))
    func underFullLoadTheProviderRunsAtMostOncePerMaxAge() async throws {
        let server = try await ChatServer(["--max-age", "250"])
        _ = try await server.document()
        let start = ContinuousClock.now
        let before = try await countRuns(server)
        let report = try await LoadGenerator.wrk(
            server.address + "/.well-known/healthcheck.json",
            seconds: 3,
            connections: 32
        )
        let runs = try await countRuns(server) - before
        let intervals = Int(start.duration(to: .now) / .milliseconds(250))
        // Runs begin at least one interval apart.
        #expect(runs <= intervals + 1)
        #expect(runs >= 2, "the cache was refreshed")
        #expect(report.responses.keys.sorted() == [200], "\(report.text)")
        #expect(report.total > runs)
        print("\(runs) runs in \(intervals) intervals of 250 ms, \(report.total) requests")
    }
}
