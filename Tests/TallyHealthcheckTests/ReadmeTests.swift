import Tally
import TallyTestSupport
import Testing

@testable import TallyHealthcheck

/// Runs the README's example.
@Suite(.timeLimit(.minutes(5)))
struct ReadmeTests {
    @Test func theReadmeShowsTheDocumentOfTheExample() async throws {
        let connections = Counter("connections_total", help: "", in: MetricRegistry())
        connections.increment(by: 812)
        let hand = Hand()
        let bench = Bench(
            provider(hand, keys: ["sessions"]),
            .counters(["connectionsSinceBoot": connections])
        )
        bench.clock.advance(by: .seconds(431))
        let request = bench.request()
        await hand.began(1)
        bench.clock.advance(by: .microseconds(12_500))
        hand.answer(["sessions": 2])
        let document = await request.value.text
        #expect(try Guide("README.md").output.contains(document))
    }

    private struct Database: Sendable {
        func count(_ table: String) async throws -> Int { 2 }
    }

    @Test func theReadmeExampleAnswers() async {
        let database = Database()
        let accept: String? = nil
        let connections = Counter("connections_total", help: "", in: MetricRegistry())
        // GUIDE README health
        let sessions = SnapshotProvider("database", keys: ["sessions"], maxAge: .seconds(5)) {
            ["sessions": .integer(try await database.count("sessions"))]
        }
        let healthcheck = Healthcheck(
            service: ServiceInfo(name: "chat", version: "1.4.2"),
            providers: [sessions, .counters(["connectionsSinceBoot": connections])]
        )
        let document = await healthcheck.document(accept: accept)  // for /.well-known/healthcheck.json
        // END
        #expect(document.text.contains(#""connectionsSinceBoot":0"#))
        // A provider has half a second, which a starved machine may take to start its thread.
        await eventually {
            let document = await healthcheck.document(accept: accept)
            return document.httpStatus == 200 && document.text.contains(#""sessions":2"#)
        }
    }
}
