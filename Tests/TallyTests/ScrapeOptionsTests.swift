import TallyTesting
import Testing

@testable import Tally

/// Scrapes that select families or set a timeout.
struct ScrapeOptionsTests {
    let clock = ManualClock()
    let registry: MetricRegistry

    init() {
        registry = MetricRegistry(clock: clock)
    }

    private func text(_ names: [String], within limit: Duration? = nil) -> String {
        String(decoding: registry.exposition(for: ScrapeRequest(names: names, timeout: limit)).body, as: UTF8.self)
    }

    @Test func familiesAreSelectedByTheirNameOrASampleName() {
        Counter("a_total", help: "A.", in: registry).increment()
        Histogram("b_seconds", help: "B.", buckets: [1], in: registry).observe(0.5)
        Gauge("c", help: "C.", in: registry).set(1)
        let a = "# HELP a_total A.\n# TYPE a_total counter\na_total 1\n"
        let c = "# HELP c C.\n# TYPE c gauge\nc 1\n"
        #expect(text(["a_total"]) == a)
        #expect(text(["a"]) == a)
        #expect(text(["c", "a_total", "c"]) == a + c)
        #expect(text(["b_seconds_bucket"]).contains("b_seconds_count 1\n"))
        #expect(text(["none"]) == "")
        #expect(text(["", "c\n"]) == "")
    }

    @Test func closuresOfUnselectedGaugesDoNotRun() {
        let asked = Holder(0)
        ObservedGauge("a", help: "A.", in: registry) {
            asked.value += 1
            return 1
        }
        _ = Gauge("b", help: "B.", in: registry)
        _ = text(["b"])
        #expect(asked.value == 0)
        _ = text(["a"])
        #expect(asked.value == 1)
    }

    @Test func gaugesPastTheTimeoutAreLeftOutAndCounted() throws {
        for name in ["a", "b", "c"] {
            try ObservedGauge(validating: name, help: name, in: registry) { [clock] in
                clock.advance(by: .seconds(1))
                return 7
            }
        }
        let parsed = try ParsedText(registry.exposition(for: ScrapeRequest(timeout: .seconds(2))))
        // The last value is unknown, so it is left out instead of being zero.
        #expect(["a", "b", "c"].map { parsed[$0] } == ["7", "7", nil])
        #expect(try registry.parsed()["tally_scrape_errors_total", ("family", "c")] == "1")
        #expect(try registry.parsed()["c"] == "7")
        // An extreme timeout is no timeout.
        let all = try ParsedText(registry.exposition(for: ScrapeRequest(timeout: .seconds(Int64.max))))
        #expect(all["tally_scrape_errors_total", ("family", "a")] == nil)
        // The earlier value is out of date.
        let none = try ParsedText(registry.exposition(for: ScrapeRequest(timeout: .zero)))
        #expect(none["c"] == nil)
        // The second timeout, that of this scrape.
        #expect(none["tally_scrape_errors_total", ("family", "c")] == "2")
    }
}
