import Foundation
import Tally
import Testing

@testable import TallyHealthcheck

/// The README's example is true.
@Suite(.timeLimit(.minutes(5)))
struct ReadmeTests {
    @Test func theExamplePrintsWhatTheReadmeShows() async throws {
        let readme = try String(
            contentsOf: URL(filePath: #filePath).appending(path: "../../../README.md").standardized,
            encoding: .utf8
        )
        let connections = Counter("connections_total", help: "", in: MetricRegistry())
        connections.increment(by: 812)
        let hand = Hand()
        let bench = Bench(
            provider(hand, keys: ["sessions", "channels"]),
            .counters(["connectionsSinceBoot": connections])
        )
        bench.clock.advance(by: .seconds(431))
        let request = bench.request()
        await hand.began(1)
        bench.clock.advance(by: .microseconds(12_500))
        hand.answer(["sessions": 2, "channels": 2])
        #expect(readme.contains("```\n\(await request.value.text)\n```\n"))
    }
}
