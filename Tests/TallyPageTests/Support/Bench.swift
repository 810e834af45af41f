import Foundation
import Tally
import TallyHealthcheck
import TallyPage
import TallyTesting

/// A registry and its page, with clocks that only the test moves.
final class Bench: Sendable {
    let clock: ManualClock
    let registry: MetricRegistry
    let page: StatusPage

    init(
        healthcheck: Healthcheck? = nil,
        history: PageHistory? = nil,
        ownMetrics: Bool = false,
        plots: StatusPage.Plots? = nil
    ) {
        let clock = ManualClock()
        let registry = MetricRegistry(clock: clock, ownMetrics: ownMetrics)
        self.clock = clock
        self.registry = registry
        page = StatusPage(
            registry: registry,
            healthcheck: healthcheck,
            history: history,
            clock: clock,
            wallClock: { 1_790_000_000 },
            plots: plots
        )
    }

    /// Records a second after the other.
    func record(seconds: Int, _ body: (Int) -> Void = { _ in }) {
        for second in 0..<seconds {
            clock.advance(by: .seconds(1))
            body(second)
            page.record()
        }
    }

    func response(
        _ accept: String? = "application/json",
        query: String? = nil,
        ifNoneMatch: String? = nil
    ) async -> PageResponse {
        await page.response(accept: accept, query: query, ifNoneMatch: ifNoneMatch)
    }

    func document(_ query: String? = nil) async throws -> PageDocument {
        try JSONDecoder().decode(PageDocument.self, from: Data(await response(query: query).body))
    }

    func text(_ query: String? = nil) async -> String {
        String(decoding: await response("*/*", query: query).body, as: UTF8.self)
    }
}

/// The document of a poll, as far as tests read it.
struct PageDocument: Decodable {
    struct Family: Decodable {
        struct Series: Decodable {
            var l: [String]
            var v: [Value]
            var h: [[Double?]]?
        }
        var name: String
        var type: String
        var kind: String
        var labels: [String]
        var constant: [[String]]
        var native: Bool?
        var part: String?
        var parts: [String]?
        var series: [Series]
    }
    struct Limits: Decodable {
        struct Family: Decodable {
            var name: String
            var constant: String
            var children: Int
            var max: Int
            var lookups: Int
            var sets: Double
        }
        var families: [Family]
        var series: Int
        var scrapeSeconds: Double?
    }
    struct History: Decodable {
        var range: String
        var step: Int
        var count: Int
        var newest: Int
        var series: Int
        var omitted: Int
    }
    struct Health: Decodable {
        struct Check: Decodable {
            var name: String
            var status: String
            var reason: String?
            var since: Double?
        }
        var status: String
        var name: String
        var checks: [Check]
    }
    /// A number, or the text of one that a browser's numbers cannot hold.
    enum Value: Decodable, Equatable {
        case number(Double)
        case text(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else {
                self = .text(try container.decode(String.self))
            }
        }
    }

    var health: Health?
    var found: Int
    var shown: Int
    var limits: Limits
    var history: History?
    var families: [Family]

    func series(_ family: String, _ labels: [String] = []) -> Family.Series? {
        families.first { $0.name == family }?.series.first { $0.l == labels }
    }
}
