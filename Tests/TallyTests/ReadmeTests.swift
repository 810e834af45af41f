import Tally
import TallyTestSupport
import Testing

/// Runs the README's examples of the core.
struct ReadmeTests {
    /// Captures the output of the example.
    private final class Printer {
        var text = ""
        func print(_ exposition: Exposition) { text += "\(exposition)" }
    }

    @Test func theFirstExamplePrintsTheShownOutput() throws {
        let printer = Printer()
        func print(_ exposition: Exposition) { printer.print(exposition) }
        // GUIDE README first-screen
        enum Direction: String, LabelSet, LabelValue, CaseIterable {
            case toPhone = "to_phone"
            case fromPhone = "from_phone"
            static let schema: [Label<Self>] = [Label("direction", \.self)]
        }

        let registry = MetricRegistry(ownMetrics: false)
        let connections = Counter("chat_connections_total", help: "Connections accepted since boot.", in: registry)
        let frames = Family<Direction, Counter>("relay_frames_total", help: "Frames forwarded.", in: registry)
        connections.increment()
        frames.increment(by: 2, for: .toPhone)
        print(registry.exposition())
        // END
        #expect(try Guide("README.md").output.map { $0 + "\n" }.contains(printer.text))
    }

    @Test func requestsAreCountedByLabel() async throws {
        func respond() async throws -> Int { 200 }
        let registry = MetricRegistry()
        // GUIDE README labels
        struct Route: LabelSet {
            var path: String
            var isCached: Bool
            static let schema: [Label<Self>] = [Label("path", \.path), Label("cached", \.isCached)]
        }

        let requests = Family<Route, Counter>("http_requests_total", help: "Requests served.", in: registry)
        let latency = Histogram("http_request_duration_seconds", help: "Time to respond.", in: registry)
        let answer = try await latency.time { try await respond() }
        requests.increment(for: Route(path: "/", isCached: false))
        // END
        #expect(answer == 200 && latency.count == 1)
        #expect("\(registry.exposition())".contains(#"http_requests_total{path="/",cached="false"} 1"#))
    }

    @Test func activeUsersAreCounted() {
        let registry = MetricRegistry()
        let userID = "alice"
        // GUIDE README active-users
        let users = ActiveUsers("active_users", help: "Distinct users.", windows: [.hours(24), .days(7)], in: registry)
        users.record(userID)  // active_users{window="24h"} 1
        // END
        #expect("\(registry.exposition())".contains(#"active_users{window="24h"} 1"#))
    }
}
