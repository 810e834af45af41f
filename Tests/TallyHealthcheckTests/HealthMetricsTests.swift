import Tally
import Testing

@testable import TallyHealthcheck

@Suite(.timeLimit(.minutes(5)))
struct HealthMetricsTests {
    private let hand = Hand()
    private let registry = MetricRegistry(ownMetrics: false)

    private var lines: [String] {
        String(decoding: registry.exposition().body, as: UTF8.self).split(separator: "\n").map(String.init)
            .filter { !$0.hasPrefix("#") }
    }

    @Test func metricsShowTheOutcomeOfTheLastRun() async throws {
        let bench = Bench(provider(hand, #"the "db""#), registry: registry)
        #expect(lines == [], "a check is neither up nor down before its first run")
        let first = bench.request()
        await hand.began(1)
        bench.clock.advance(by: .milliseconds(250))
        hand.answer(.two)
        _ = await first.value
        #expect(
            lines == [
                #"health_check_duration_seconds{check="the \"db\""} 0.25"#,
                #"health_check_last_success_timestamp_seconds{check="the \"db\""} 1789030800"#,
                #"health_check_up{check="the \"db\""} 1"#,
            ]
        )
        bench.wallClock.advance(by: 60)
        bench.clock.advance(by: .seconds(60))
        let second = bench.request()
        await hand.began(2)
        bench.clock.advance(by: .milliseconds(500))
        _ = await second.value
        #expect(
            lines == [
                #"health_check_duration_seconds{check="the \"db\""} 0.5"#,
                #"health_check_last_success_timestamp_seconds{check="the \"db\""} 1789030800"#,
                #"health_check_up{check="the \"db\""} 0"#,
            ]
        )
        #expect(hand.runs == 2, "no scrape ran the check")
    }

    @Test func aCheckHasNoSeriesBeforeItsFirstOutcome() async {
        let bench = Bench(provider(hand), provider(Hand.answering([:]), "other", keys: []), registry: registry)
        let request = bench.request()
        await hand.began(1)
        await eventually { bench.healthcheck.checks[1].hasAnswered }
        #expect(lines.contains(#"health_check_up{check="other"} 1"#))
        #expect(lines.filter { $0.contains("database") } == [], "the first run is in progress")
        bench.clock.advance(by: .milliseconds(500))
        _ = await request.value
        #expect(lines.contains(#"health_check_up{check="database"} 0"#), "a missed deadline is an outcome")
    }

    /// As after a reload of the host's configuration.
    @Test func aNewHealthcheckDoesNotShowOutcomesOfThePreviousOne() async {
        let before = Bench(provider(Hand.answering(.two)), registry: registry)
        _ = await before.document()
        #expect(lines.count == 3)
        let after = Bench(provider(hand), registry: registry)
        #expect(lines == [])
        withExtendedLifetime(after) {}
    }

    @Test func aRegistryThatRejectsTheMetricsThrows() throws {
        let registry = try MetricRegistry(validatingPrefix: "", constantLabels: [("check", "a")], ownMetrics: false)
        let error = #expect(throws: HealthcheckError.self) {
            try Healthcheck(
                service: ServiceInfo(name: "chat", version: "1"),
                validating: [],
                registry: registry
            )
        }
        #expect(error?.code == .invalidMetrics)
        #expect(error?.description.contains("health_check_up") == true)
    }
}
