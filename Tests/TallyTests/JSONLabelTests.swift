import Foundation
import Testing

@testable import Tally

/// JSON copies label values by their known ends, or scans them if a series of the page has a control character. Both
/// must give the same result.
struct JSONLabelTests {
    static let awkward = [
        "", "a", "\"", "\\", "\\\"", "\n", "\"\",x=\"", "é\u{301} 🚀", String(repeating: "\"\\\n", count: 40),
        String(repeating: "z", count: 31), String(repeating: "z", count: 33), String(repeating: "é", count: 600),
    ]

    private static func labels(of json: String) throws -> [[String: String]] {
        let families = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]])
        let metrics = try #require(families.first?["metrics"] as? [[String: Any]])
        return try metrics.map { try #require($0["labels"] as? [String: String]) }
    }

    @Test(arguments: [nil, "\u{1}", "\u{1F}\t"]) func awkwardLabelValuesRoundTrip(control: String?) throws {
        let registry = MetricRegistry.bare()
        let family = try Counter.family(
            validating: "hits_total",
            help: "Hits.",
            labelNames: ["a", "longer_name", "c"],
            in: registry
        )
        var expected: [[String: String]] = []
        func add(_ values: [String]) {
            family[values].increment()
            // Values are truncated to 1,024 bytes; the longest here has 1,200.
            let kept = values.map { String($0.prefix(512)) }
            expected.append(["a": kept[0], "longer_name": kept[1], "c": kept[2]])
        }
        for (index, value) in Self.awkward.enumerated() {
            add([value, "\(index)", Self.awkward[(index + 1) % Self.awkward.count]])
        }
        #expect(try Self.labels(of: registry.json) == expected)
        if let control {
            // One series with a control character, and its whole page is scanned.
            add(["x", control + "\"" + control, "y"])
            #expect(try Self.labels(of: registry.json) == expected)
        }
        family.storage._checkInvariants()
    }

    @Test func labelValuesSurviveCompaction() throws {
        let registry = MetricRegistry.bare()
        let family = try Counter.family(validating: "hits_total", help: "Hits.", labelNames: ["a", "b"], in: registry)
        for index in 0..<500 { family[["\(index)", "value \(index)"]].increment() }
        for index in 0..<500 where index % 5 != 0 { family.remove(["\(index)", "value \(index)"]) }
        #expect(family.storage.size.slots < 600)
        let expected = stride(from: 0, to: 500, by: 5).map { ["a": "\($0)", "b": "value \($0)"] }
        #expect(try Self.labels(of: registry.json) == expected)
    }
}
