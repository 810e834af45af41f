import Tally
import TallyHealthcheck
import Testing

/// Runs the examples of the documentation comments: the code between the marks.
@Suite(.timeLimit(.minutes(5)))
struct ExampleTests {
    private struct Database: Sendable {
        func count(_ table: String) async throws -> Int { 2 }
    }

    private struct Queue: Sendable {
        let count = 3
        let age = 1.5
    }

    private struct Response {
        var status: Int
        var headers: [(name: String, value: String)]
        var body: [UInt8]
    }

    @Test func aHealthcheckAnswersAsDocumented() async {
        let connections = Counter("connections_total", help: "Connections.", in: MetricRegistry())
        @Sendable func countSessions() async throws -> Int { 2 }
        func respond() async -> Response {
            // GUIDE Healthcheck example
            let healthcheck = Healthcheck(
                service: ServiceInfo(name: "chat", version: "1.4.2"),
                providers: [
                    SnapshotProvider("database", keys: ["sessions"]) {
                        ["sessions": .integer(try await countSessions())]
                    },
                    .counters(["connectionsSinceBoot": connections]),
                ]
            )
            let document = await healthcheck.document()
            return Response(status: document.httpStatus, headers: document.headers, body: document.body)
            // END
        }
        var response = await respond()
        // A provider has half a second, which a starved machine may take to start its thread.
        await eventually {
            response = await respond()
            return response.status == 200
        }
        #expect(String(decoding: response.body, as: UTF8.self).contains(#""sessions":2,"connectionsSinceBoot":0"#))
    }

    @Test func providersReturnTheirValuesAsDocumented() async throws {
        let (database, queue) = (Database(), Queue())
        @Sendable func countFiles() throws -> Int { 4 }
        func documented() async throws -> HealthValues {
            // GUIDE HealthValue values
            ["sessions": .integer(try await database.count("sessions")), "activeUsers": ["24h": 57, "7d": 203]]
            // END
        }
        // GUIDE SnapshotProvider example
        let totals = SnapshotProvider("database", keys: ["sessions", "channels"], timeout: .milliseconds(500)) {
            [
                "sessions": .integer(try await database.count("sessions")),
                "channels": .integer(try await database.count("channels")),
            ]
        }
        // END
        // GUIDE HealthValue provider
        let backlog = SnapshotProvider("queue", keys: ["waiting", "oldestSeconds"]) {
            ["waiting": .integer(queue.count), "oldestSeconds": .number(queue.age)]
        }
        // END
        // GUIDE ThreadExecutor example
        let files = ThreadExecutor()
        let spool = SnapshotProvider("spool", keys: ["spooled"], executor: files) {
            ["spooled": .integer(try countFiles())]
        }
        // END
        let service = ServiceInfo(name: "chat", version: "1")
        let healthcheck = Healthcheck(service: service, providers: [totals, backlog, spool])
        let values = #""sessions":2,"channels":2,"waiting":3,"oldestSeconds":1.5,"spooled":4"#
        await eventually { await healthcheck.document().text.contains(values) }
        #expect(try await documented().keys == ["sessions", "activeUsers"])
    }
}
