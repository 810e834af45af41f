import Tally
import TallyHealthcheck
import TallyTestSupport
import Testing

/// Runs the code of the guide "Health" and of the module's page, which contain the code between the marks and no other.
@Suite(.timeLimit(.minutes(5)))
struct GuideTests {
    private struct Request {
        var headers: [String: String] = [:]
    }

    private struct Response {
        var status: Int
        var headers: [(name: String, value: String)]
        var body: [UInt8]
    }

    private struct Unreachable: Error {}

    private struct Database: Sendable {
        var isReachable = true
        func count(_ table: String) async throws -> Int {
            guard isReachable else { throw Unreachable() }
            return 2
        }
    }

    private struct Spool: Sendable {
        func files() throws -> [String] { ["a"] }
        func checkWritable() throws {}
    }

    @Test func theLandingPageDocumentIsOK() async {
        let registry = MetricRegistry()
        let connections = Counter("chat_connections_total", help: "Connections.", in: registry)
        let database = Database()
        // GUIDE TallyHealthcheck overview
        let healthcheck = Healthcheck(
            service: ServiceInfo(name: "chat", version: "1.4.2"),
            providers: [
                SnapshotProvider("database", keys: ["sessions"], timeout: .milliseconds(500)) {
                    ["sessions": .integer(try await database.count("sessions"))]
                },
                .counters(["connectionsSinceBoot": connections]),
            ]
        )
        let document = await healthcheck.document()
        // END
        #expect(document.contentType == "application/json")
        // A busy machine may miss the deadline, but the late answer still counts.
        await eventually {
            await healthcheck.document().text
                .contains(#""sessions":2,"connectionsSinceBoot":0,"checks":{"database":{"status":"ok","#)
        }
    }

    @Test func theGuideHealthcheckAnswers() async throws {
        let registry = MetricRegistry()
        let connections = Counter("chat_connections_total", help: "Connections.", in: registry)
        let clients = Gauge("chat_connected_clients", help: "Clients.", in: registry)
        let activeUsers = ActiveUsers("active_users", help: "Users.", windows: [.hours(24)], in: registry)
        let database = Database()
        let spool = Spool()
        // GUIDE Health ask-what-may-fail
        let sessions = SnapshotProvider(
            "database",
            keys: ["sessions", "channels"],
            critical: true,
            timeout: .milliseconds(500),
            maxAge: .seconds(5),
            staleIfError: .seconds(60)
        ) {
            [
                "sessions": .integer(try await database.count("sessions")),
                "channels": .integer(try await database.count("channels")),
            ]
        }
        // END
        // GUIDE Health put-the-document-together
        let healthcheck = Healthcheck(
            service: ServiceInfo(name: "chat", version: "1.4.2"),
            providers: [
                sessions,
                .counters(["connectionsSinceBoot": connections]),
                .gauges(["clients": clients]),
                .activeUsers("activeUsers", activeUsers),
                .check("disk", critical: false, failureThreshold: 3) { try spool.checkWritable() },
                .process(),
            ],
            publicKeys: ["name", "clients"],
            registry: registry,
            onError: { provider, error in
                print("health: \(provider): \(error)")
            }
        )
        // END
        let request = Request(headers: ["Accept": "application/health+json"])
        // GUIDE Health health
        func health(_ request: Request) async -> Response {
            let document = await healthcheck.document(accept: request.headers["Accept"])
            return Response(status: document.httpStatus, headers: document.headers, body: document.body)
        }
        // END
        // A busy machine may miss the deadline here too.
        await eventually { await healthcheck.document().status == .ok }
        let draft = await health(request)
        #expect(draft.status == 200)
        #expect(String(decoding: draft.body, as: UTF8.self).hasPrefix(#"{"status":"pass","#))
        #expect(String(decoding: draft.body, as: UTF8.self).contains("database:sessions"))

        // GUIDE Health tell-outsiders-less
        let outside = await healthcheck.document(detail: .public)
        // END
        let guide = try Guide("Sources/TallyHealthcheck/TallyHealthcheck.docc/Health.md")
        #expect(guide.output.contains(outside.text), "\(outside.text)")

        // GUIDE Health where-closures-run
        let files = ThreadExecutor()
        let backlog = SnapshotProvider("spool", keys: ["spooled"], refreshInterval: .seconds(30), executor: files) {
            ["spooled": .integer(try spool.files().count)]
        }
        // END
        #expect(backlog.keys == ["spooled"])

        // GUIDE Health probes
        healthcheck.beginDraining()
        let ready = await healthcheck.readiness()  // 503 from now on
        let live = healthcheck.liveness()  // 200 as long as the process can answer
        // END
        #expect(ready.httpStatus == 503)
        #expect(live.httpStatus == 200)
        #expect(
            String(decoding: registry.exposition().body, as: UTF8.self).contains("health_check_up{check=\"disk\"} 1\n")
        )
    }

    @Test func theGuideShowsTheDocumentOfAFailedProvider() async throws {
        let database = Database(isReachable: false)
        let bench = Bench(
            SnapshotProvider("database", keys: ["sessions"]) {
                ["sessions": .integer(try await database.count("sessions"))]
            }
        )
        bench.clock.advance(by: .seconds(431))
        let document = await bench.document()
        #expect(document.httpStatus == 503)
        let guide = try Guide("Sources/TallyHealthcheck/TallyHealthcheck.docc/Health.md")
        #expect(guide.output.contains(document.text), "\(document.text)")
    }
}
