import Tally
import TallyTesting
import Testing

struct ExpectationTests {
    let registry = MetricRegistry(constantLabels: ["zone": "eu"])
    let sent: Counter
    let queue: Family<Call, Gauge>
    let wait: Histogram

    init() {
        sent = Counter("mail_sent_total", help: "Letters.", in: registry)
        queue = Family("mail_queue", help: "Waiting.", in: registry)
        wait = Histogram("mail_wait_seconds", help: "Waits.", buckets: [1], in: registry)
        sent.increment(by: 3)
        queue[Call(method: "a", code: "1")].set(2)
        wait.observe(0.5)
    }

    private static let whole = """
        # a comment
        mail_wait_seconds_bucket{le="1.0",zone="eu"} 1
        mail_wait_seconds_bucket{zone="eu",le="+Inf"} 1
        mail_wait_seconds_sum{zone="eu"} 0.5
        mail_wait_seconds_count{zone="eu"} 1 1395066363000

          # TYPE mail_sent_total counter
          mail_sent_total{zone="eu"} 3.0
        # HELP mail_queue Waiting.
        mail_queue{code="1",zone="eu",method="a"} 2
        """

    @Test func samplesMatchInAnyOrderAndSpelling() throws {
        try registry.expect(text: Self.whole)
        try registry.expect(text: Self.whole + "\n")
        try registry.expect(text: "mail_sent_total{zone=\"eu\"} 3", of: ["mail_sent_total"])
        try MetricRegistry().expect(text: "")
    }

    @Test func ownMetricsAreComparedOnlyIfMentioned() throws {
        let registry = MetricRegistry()
        try registry.expect(text: "tally_shortened_label_values_total 0")
        #expect(throws: ExpositionDifferenceError.self) { try registry.expect(text: "tally_series 0") }
        let votes = Counter("tally_votes_total", help: "The host's own.", in: registry)
        votes.increment()
        #expect(throws: ExpositionDifferenceError.self) { try registry.expect(text: "") }
        try registry.expect(text: "tally_votes_total 1")
        let host = MetricRegistry(ownMetrics: false)
        host.include(registry)
        try host.expect(text: "tally_votes_total 1")
    }

    @Test func familiesAreSelectedByAnyNameThatAScraperMayUse() throws {
        // Otherwise a counter that is named without its suffix would be skipped, whatever its value.
        for name in ["mail_sent", "mail_sent_total"] {
            let error = #expect(throws: ExpositionDifferenceError.self) { try registry.expect(text: "", of: [name]) }
            #expect(error?.unexpected == [#"mail_sent_total{zone="eu"} 3"#])
        }
        try registry.expect(text: "mail_sent_total{zone=\"eu\"} 3", of: ["mail_sent"])
        #expect(throws: ExpositionDifferenceError.self) { try registry.expect(text: "", of: ["tally_series"]) }
        try registry.expect(text: "", of: ["mail_lost"])
        try registry.expect(text: "", of: [])
    }

    @Test func aDifferenceListsMissingUnexpectedAndChangedSamples() throws {
        queue[Call(method: "b\n", code: "2")].set(7)
        let text = Self.whole
            .split(separator: "\n", omittingEmptySubsequences: false)
            .map {
                $0.hasSuffix("_total{zone=\"eu\"} 3.0")
                    ? "mail_sent_total{zone=\"eu\"} 4\nmail_lost_total 1" : String($0)
            }
            .joined(separator: "\n")
        let error = #expect(throws: ExpositionDifferenceError.self) { try registry.expect(text: text) }
        #expect(
            error?.description == #"""
                the exposition is not as expected:
                  missing:    mail_lost_total 1
                  unexpected: mail_queue{zone="eu",method="b\n",code="2"} 7
                  changed:    mail_sent_total{zone="eu"} is 3, expected 4
                """#
        )
        #expect(error?.missing == ["mail_lost_total 1"])
    }

    @Test func typeAndHelpAreComparedIfTheTextHasThem() throws {
        let text = "# TYPE mail_sent_total gauge\n# HELP mail_sent_total Parcels.\nmail_sent_total{zone=\"eu\"} 3"
        let error = #expect(throws: ExpositionDifferenceError.self) {
            try registry.expect(text: text, of: ["mail_sent_total"])
        }
        #expect(
            error?.changed == [
                "mail_sent_total is a counter, expected a gauge",
                "the help of mail_sent_total is \"Letters.\", expected \"Parcels.\"",
            ]
        )
        #expect(throws: ExpositionDifferenceError.self) { try registry.expect(text: "# TYPE lost gauge", of: ["lost"]) }
    }

    @Test func numbersAreComparedByValue() throws {
        let registry = MetricRegistry(ownMetrics: false)
        let gauge = Gauge("depth", help: "Depth.", in: registry)
        for (value, text) in [
            (Double.infinity, "Inf"), (1e21, "1000000000000000000000"), (-0.0, "0"), (0.25, "2.5e-1"),
        ] {
            gauge.set(value)
            try registry.expect(text: "depth \(text)")
        }
        let counter = Counter("sent_total", help: "Sent.", in: registry)
        counter.increment(by: 9_007_199_254_740_993)
        try registry.expect(text: "sent_total 9007199254740993", of: ["sent_total"])
        #expect(throws: ExpositionDifferenceError.self, "equal as doubles") {
            try registry.expect(text: "sent_total 9007199254740992", of: ["sent_total"])
        }
        ObservedGauge("ratio", help: "Ratio.", in: registry) { .nan }
        try registry.expect(text: "ratio NaN", of: ["ratio"])
        #expect(throws: ExpositionDifferenceError.self) { try registry.expect(text: "ratio 0", of: ["ratio"]) }
    }

    @Test func anInvalidExpectedTextThrows() {
        #expect(throws: ExpositionError.self) { try registry.expect(text: "mail_sent_total three") }
    }
}
