import Foundation
import TallyTesting
import Testing

@testable import Tally

/// Series of all lengths, so that the end of a chunk falls everywhere: what is asked for as room is checked by the
/// assertions of a debug build.
struct ChunkBorderTests {
    private enum Uneven: Int, LabelValue, CaseIterable {
        case short, long, longer

        var labelText: String {
            self == .short ? "s" : String(repeating: "\u{1}\(rawValue)", count: 400)
        }
    }

    @Test
    func statesOfUnevenLengthsHaveRoomInJSON() throws {
        let registry = MetricRegistry(ownMetrics: false)
        let states = try StateSet<Uneven>.family(validating: "state", help: "", labelNames: ["n"], in: registry)
        for number in 0..<300 { states[["\(number)"]].set(.long) }
        let body = registry.exposition(as: .json).body
        let families = try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [[String: Any]])
        #expect((families.first?["metrics"] as? [Any])?.count == 900)
    }
}
