import Foundation
import TallyTestSupport
import TallyTesting
import Testing

@testable import Tally

/// Series of many lengths, so that chunks end at any place. Assertions of a debug build check that encoders reserve
/// enough room.
struct ChunkBorderTests {
    private enum Uneven: Int, LabelValue, CaseIterable {
        case short, long, longer

        var labelText: String {
            self == .short ? "s" : String(repeating: "\u{1}\(rawValue)", count: 400)
        }
    }

    @Test
    func statesOfUnevenLengthsFitIntoJSONChunks() throws {
        let registry = MetricRegistry(ownMetrics: false)
        let states = try StateSet<Uneven>.family(validating: "state", help: "", labelNames: ["n"], in: registry)
        for number in 0..<300 { states[["\(number)"]].set(.long) }
        let body = registry.exposition(as: .json).body
        let families = try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [[String: Any]])
        #expect((families.first?["metrics"] as? [Any])?.count == 900)
    }

    private enum Few: String, LabelValue, CaseIterable {
        case x
        case y = "a much longer state, with \" in it"
    }

    /// A registry with every kind of instrument, labels that grow when escaped, and every optional part of a line.
    private func registry(constantBytes: Int) throws -> MetricRegistry {
        let registry = MetricRegistry(
            constantLabels: ["host.name": String(repeating: "\"", count: constantBytes)],
            nameValidation: .utf8,
            exposesCreated: true,
            ownMetrics: false
        )
        let labels = ["a.b", "c-\"\n\\d", "plain"]
        let totals = try Counter.family(validating: "c.c", help: "h", labelNames: labels, in: registry)
        let sums = try FloatCounter.family(validating: "f.f", help: "h", labelNames: labels, in: registry)
        let sizes = try Histogram.family(
            validating: "h.h",
            help: "h",
            labelNames: labels,
            buckets: [1, 2, 3],
            in: registry
        )
        let states = try StateSet<Few>.family(validating: "s.s", help: "h", labelNames: labels, in: registry)
        let plain = try Counter.family(validating: "l", help: "h", labelNames: ["l"], in: registry)
        // Names that escaping makes much longer.
        let long = "l" + String(repeating: "é", count: 200)
        let depths = try Gauge.family(validating: "d.d", help: "h", labelNames: [long], in: registry)
        let times = try Histogram.family(validating: long, help: "h", labelNames: ["n"], buckets: [1], in: registry)
        let exemplar = Exemplar([(name: "t", value: String(repeating: "\"", count: 127))])
        for number in 0..<70 {
            let values = [
                String(repeating: "\"\n\\", count: number * 7 % 341), String(repeating: "é\u{1}", count: number % 40),
                "\(number)",
            ]
            totals[values].increment(by: .max, exemplar: exemplar)
            sums[values].increment(by: 2.2250738585072014e-308)
            for value in [1.2345678901234567e-300, 1.2345678901234567, 2.5, 1.7976931348623157e300] {
                sizes[values].observe(value, exemplar: exemplar)
            }
            states[values].set(.y)
            for copy in 0..<4 { depths[["\(number)-\(copy)"]].set(2.2250738585072014e-308) }
            times[["\(number)"]].observe(1.2345678901234567e-300)
            plain[[String(repeating: "z", count: number)]].increment()
        }
        return registry
    }

    @Test
    func everyKindFitsIntoChunksInEveryEscaping() async throws {
        try await onThread {
            for constantBytes in stride(from: 0, through: 150, by: 15) {
                let registry = try registry(constantBytes: constantBytes)
                for escaping in [NameEscaping.underscores, .dots, .values, .allowUTF8] {
                    let text = registry.exposition(as: .prometheusText(escaping: escaping)).body
                    let openMetrics = registry.exposition(as: .openMetrics(escaping: escaping)).body
                    let messages = registry.exposition(as: .protobuf(escaping: escaping)).body
                    #expect(try ProtobufMessage.delimited(messages).count == 7)
                    guard constantBytes == 0 else { continue }
                    #expect(try ExpositionParser(.prometheusText).parse(text).samples.count == 70 * (15 + 4))
                    #expect(try ExpositionParser(.openMetrics).parse(openMetrics).samples.count == 70 * (20 + 4))
                }
                let body = registry.exposition(as: .json).body
                #expect((try JSONSerialization.jsonObject(with: Data(body)) as? [Any])?.count == 7)
            }
        }
    }
}
