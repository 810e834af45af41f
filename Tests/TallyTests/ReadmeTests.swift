import Foundation
import Testing

@testable import Tally

/// The README's first screen is true.
struct ReadmeTests {
    enum Direction: String, LabelSet, LabelValue, CaseIterable {
        case toPhone = "to_phone"
        case fromPhone = "from_phone"
        static let schema: [Tally.Label<Self>] = [Label("direction", \.self)]
    }

    @Test func theExamplePrintsWhatTheReadmeShows() throws {
        let readme = try String(
            contentsOf: URL(filePath: #filePath).appending(path: "../../../README.md").standardized,
            encoding: .utf8
        )
        let registry = MetricRegistry(ownMetrics: false)
        let connections = Counter("chat_connections_total", help: "Connections accepted since boot.", in: registry)
        let frames = Family<Direction, Counter>("relay_frames_total", help: "Frames forwarded.", in: registry)
        connections.increment()
        frames[.toPhone].increment(by: 2)
        #expect(readme.contains("```\n\(registry.text)```\n"))
    }
}
