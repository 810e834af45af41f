import Foundation
import HostsTestSupport
import Testing

/// A chat server's healthcheck on a real database.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct HealthTests {
    /// Requests documents until one satisfies the condition. The time limit ends a wait in vain.
    private func document(
        of server: ChatServer,
        where isExpected: (HTTPAnswer) throws -> Bool
    ) async throws -> HTTPAnswer {
        while true {
            let document = try await server.document()
            if try isExpected(document) { return document }
            try Task.checkCancellation()
        }
    }

    @Test func theDocumentShowsValuesOfTheDatabaseAndTheServer() async throws {
        let server = try await ChatServer(["--fresh-for", "1"])
        for (path, times) in [("/join", 3), ("/say", 5), ("/open", 2)] {
            for _ in 0..<times { #expect(try await server.get(path).status == 204) }
        }
        let document = try await server.document()
        #expect(document.status == 200)
        let json = try document.json
        #expect(json["status"] as? String == "ok")
        #expect(json["name"] as? String == "chat")
        for (key, value) in [
            ("sessions", 3), ("clients", 3), ("queuedLines", 5), ("channels", 2), ("connectionsSinceBoot", 10),
            ("sessionsSinceBoot", 3), ("messagesSinceBoot", 5),
        ] {
            #expect(json[key] as? Int == value, "\(key)")
        }
        #expect(try document.check("database") == "ok")
        print("ok: \(document.status) \(document.text)")
        let draft = try await server.get(
            "/.well-known/healthcheck.json",
            headers: ["Accept": "application/health+json"]
        )
        let lines = #""database:queuedLines":[{"componentType":"component","observedValue":5,"status":"pass","#
        #expect(draft.text.contains(lines))
        let metrics = try await server.get("/metrics").text
        #expect(metrics.contains("health_check_up{check=\"database\"} 1\n"))
        for path in ["/live", "/ready", "/startup"] { #expect(try await server.get(path).status == 200) }
        #expect(server.stop() == 0)
    }

    @Test(.needs("sqlite3"), arguments: [true, false])
    func aLockedDatabaseLosesOnlyItsOwnCounts(critical: Bool) async throws {
        let options = ["--fresh-for", "200", "--stale-for", "0", "--timeout", "300", "--patience", "60000"]
        let server = try await ChatServer(options + (critical ? [] : ["--non-critical"]))
        #expect(try await server.get("/join").status == 204)
        _ = try await document(of: server) { try $0.json["sessions"] as? Int == 1 }

        let lock = try await ForeignLock(on: server.database)
        // Until the cached counts expire, the check stays ok.
        let failed = try await document(of: server) { try $0.check("database") != "ok" }
        #expect(failed.status == (critical ? 503 : 200))
        #expect(try failed.json["status"] as? String == (critical ? "fail" : "warn"))
        #expect(try failed.check("database") == "fail timeout")
        for key in ["sessions", "clients", "queuedLines", "channels"] {
            #expect(try failed.json[key] is NSNull, "\(key)")
        }
        #expect(try failed.json["connectionsSinceBoot"] as? Int == 1, "counters do not need the database")
        print("\(critical ? "fail" : "warn"): \(failed.status) \(failed.text)")

        let start = ContinuousClock.now
        let again = try await server.document()
        let took = start.duration(to: .now)
        #expect(try again.json["sessions"] is NSNull)
        #expect(try await server.get("/live").status == 200)
        #expect(try await server.get("/ready").status == (critical ? 503 : 200))
        #expect(try await server.get("/metrics").text.contains("health_check_up{check=\"database\"} 0\n"))
        // A run that the lock blocks is not started again.
        let runs = try failed.json["databaseRunsSinceBoot"] as? Int
        let busy = try await document(of: server) { try $0.check("database") == "fail busy" }
        #expect(try busy.json["databaseRunsSinceBoot"] as? Int == runs)
        print("busy: \(busy.status) \(busy.text)")
        print("a document while the file is locked took \(took)")

        lock.release()
        let recovered = try await document(of: server) { try $0.check("database") == "ok" }
        #expect(recovered.status == 200)
        #expect(try recovered.json["sessions"] as? Int == 1)
        print("recovered: \(recovered.status) \(recovered.text)")
        #expect(server.stop() == 0)
    }

    @Test(.needs("sqlite3"))
    func theLastCountsAreShownAsStale() async throws {
        let server = try await ChatServer(["--fresh-for", "100", "--stale-for", "60000", "--timeout", "100"])
        #expect(try await server.get("/open").status == 204)
        _ = try await document(of: server) { try $0.json["channels"] as? Int == 1 }
        let lock = try await ForeignLock(on: server.database)
        let stale = try await document(of: server) { try $0.check("database") != "ok" }
        #expect(stale.status == 200)
        #expect(try stale.check("database") == "warn stale")
        #expect(try stale.json["channels"] as? Int == 1)
        print("stale: \(stale.status) \(stale.text)")
        lock.release()
        _ = try await document(of: server) { try $0.check("database") == "ok" }
    }

    @Test func drainingFailsTheReadinessProbe() async throws {
        let server = try await ChatServer()
        #expect(try await server.get("/ready").status == 200)
        #expect(try await server.get("/drain").status == 204)
        let ready = try await server.get("/ready")
        #expect(ready.status == 503)
        print("draining: \(ready.status) \(ready.text)")
        #expect(try await server.document().status == 200)
        #expect(try await server.get("/undrain").status == 204)
        #expect(try await server.get("/ready").status == 200)
    }

    @Test(.needs("wrk"))
    func underFullLoadTheProviderRunsAtMostOncePerMaxAge() async throws {
        let server = try await ChatServer(["--fresh-for", "250"])
        let start = ContinuousClock.now
        let before = try #require(try await server.document().json["databaseRunsSinceBoot"] as? Int)
        let report = try await LoadGenerator.wrk(
            server.address + "/.well-known/healthcheck.json",
            seconds: 3,
            connections: 32
        )
        let after = try #require(try await server.document().json["databaseRunsSinceBoot"] as? Int)
        let intervals = Int(start.duration(to: .now) / .milliseconds(250))
        // Runs begin at least one interval apart.
        #expect(after - before <= intervals + 1)
        #expect(after - before >= 2, "the cache was refreshed")
        #expect(report.responses.keys.sorted() == [200], "\(report.text)")
        #expect(report.total > 1_000)
        print("\(after - before) runs in \(intervals) intervals of 250 ms, \(report.total) requests")
    }
}
