import Tally
import TallyTestSupport
import TallyTesting
import Testing

/// Runs the code of the guide "Test your metrics" and of the module's page: the code between the marks.
@Suite(.timeLimit(.minutes(5)))
struct GuideTests {
    // GUIDE TallyTesting aLetterIsCounted
    @Test func aLetterIsCounted() throws {
        let registry = MetricRegistry()
        let sent = Counter("mail_sent_total", help: "Letters sent.", in: registry)
        sent.increment()

        #expect(try registry.value(of: "mail_sent_total") == 1)
        try registry.expectNoLint()
    }
    // END

    private struct Mailer {
        let sent: Family<Outcome, Counter>
        let wait: Histogram

        enum Outcome: String, LabelSet, LabelValue, CaseIterable {
            case accepted
            case refused
            static let schema: [Label<Self>] = [Label("outcome", \.self)]
        }

        init(in registry: MetricRegistry) {
            sent = Family("mail_sent_total", help: "Letters sent.", in: registry)
            wait = Histogram("mail_wait_seconds", help: "Time to send.", buckets: [0.5, 5], in: registry)
        }

        func send() { sent[.accepted].increment() }
    }

    // GUIDE TestYourMetrics lettersAreCountedByOutcome
    @Test func lettersAreCountedByOutcome() throws {
        let registry = MetricRegistry()
        let mailer = Mailer(in: registry)
        mailer.send()

        #expect(try registry.value(of: "mail_sent_total", labels: ["outcome": "accepted"]) == 1)
        try registry.expect(
            text: """
                # TYPE mail_sent_total counter
                mail_sent_total{outcome="accepted"} 1
                mail_sent_total{outcome="refused"} 0
                """,
            of: ["mail_sent_total"]
        )
    }
    // END

    // GUIDE TestYourMetrics sendingIsTimed
    @Test func sendingIsTimed() throws {
        let clock = ManualClock()
        let registry = MetricRegistry(clock: clock)
        let mailer = Mailer(in: registry)
        mailer.wait.time { clock.advance(by: .seconds(2)) }

        let wait = try #require(try registry.histogram(of: "mail_wait_seconds"))
        #expect(wait.counts == [0, 1, 0])
        #expect(wait.sum == 2)
    }
    // END

    // GUIDE TestYourMetrics aBeatIsCountedEveryFiveSeconds
    @Test func aBeatIsCountedEveryFiveSeconds() async throws {
        let clock = ManualClock()
        let registry = MetricRegistry(clock: clock)
        let beats = Counter("heart_beats_total", help: "Beats.", in: registry)
        let heart = Task {
            while true {
                try await clock.sleep(for: .seconds(5))
                beats.increment()
            }
        }
        for _ in 1...3 {
            try await clock.waitForSleepers(1)
            clock.advance(by: .seconds(5))
        }
        try await clock.waitForSleepers(1)
        #expect(beats.value == 3)
        heart.cancel()
    }
    // END

    // GUIDE TestYourMetrics metricsAreWellNamed
    @Test func metricsAreWellNamed() throws {
        let registry = MetricRegistry()
        _ = Mailer(in: registry)
        try registry.expectNoLint()
    }
    // END

    @Test func theParserReadsAnyServersExposition() throws {
        let registry = MetricRegistry()
        _ = Mailer(in: registry)
        let exposition = registry.exposition(accept: "application/openmetrics-text;version=1.0.0")
        let (body, contentType) = (exposition.body, exposition.contentType)
        // GUIDE TestYourMetrics what-other-servers-say
        let parser = try #require(ExpositionParser(contentType: contentType))
        let parsed = try parser.parse(body)
        #expect(try parsed.value(of: "mail_sent_total", labels: ["outcome": "accepted"]) == 0)
        // END
    }

    @Test func differencesAndLintProblemsPrintAsTheGuideShows() throws {
        let guide = try Guide("Sources/TallyTesting/TallyTesting.docc/TestYourMetrics.md")
        let registry = MetricRegistry()
        Mailer(in: registry).send()
        let difference = #expect(throws: ExpositionDifferenceError.self) {
            try registry.expect(text: "mail_sent_total{outcome=\"accepted\"} 2", of: ["mail_sent_total"])
        }
        let shown = try #require(difference).description
        #expect(guide.output.contains(shown), "\(shown)")
        let failure = #expect(throws: LintError.self) {
            Gauge("mailWait_ms", help: "Time to send.", in: registry).set(1)
            try registry.expectNoLint()
        }
        let problems = try #require(failure).description
        #expect(guide.output.contains(problems), "\(problems)")
    }
}
