import Dispatch
import TallyTestSupport
import TallyTesting
import Testing

@testable import Tally

/// Values that are kept elsewhere and read at each scrape.
@Suite struct ObservedTests {
    private let registry = MetricRegistry()
    private let total = Holder(0)

    private func connects() throws -> String? { try registry.parsed()["pool_connects_total"] }

    private func rejected() throws -> String? {
        try registry.parsed()["tally_rejected_updates_total", ("reason", "negative")]
    }

    @Test func aCounterExposesTheTotalOfItsClosure() throws {
        ObservedCounter("pool_connects", help: "Connections.", in: registry) { [total] in total.value }
        #expect(try connects() == "0")
        total.value = 7
        #expect(try connects() == "7")
        #expect(registry.text.contains("# TYPE pool_connects_total counter\n"))
    }

    @Test func aCounterNeverDecreasesAndCountsRejectedDecreases() throws {
        ObservedCounter("pool_connects_total", help: "Connections.", in: registry) { [total] in total.value }
        total.value = 7
        #expect(try connects() == "7")
        for less in [3, -1, .min] {
            total.value = less
            #expect(try connects() == "7")
        }
        total.value = 7
        #expect(try rejected() == "3")
        total.value = .max
        #expect(try connects() == "\(Int.max)")
    }

    @Test func aReplacedClosureContinuesTheTotal() throws {
        ObservedCounter("pool_connects_total", help: "Connections.", in: registry) { 7 }
        #expect(try connects() == "7")
        ObservedCounter("pool_connects_total", help: "Connections.", in: registry) { 8 }
        #expect(try connects() == "8")
    }

    @Test func theLateAnswerOfAReplacedClosureIsDropped() async throws {
        let (answers, answer) = AsyncStream.makeStream(of: Void.self)
        let isAsked = Holder(false)
        let gate = DispatchSemaphore(value: 0)
        ObservedCounter("pool_connects_total", help: "Connections.", in: registry) {
            isAsked.value = true
            gate.wait()
            answer.yield()
            return 1000
        }
        // On a busy machine a scrape may give up before the closure has a thread.
        while !isAsked.value {
            let hurried = registry.exposition(for: ScrapeRequest(timeout: .milliseconds(10)))
            #expect(!"\(hurried)".contains("\npool_connects_total "))
        }
        ObservedCounter("pool_connects_total", help: "Connections.", in: registry) { 5 }
        #expect(try connects() == "5")
        gate.signal()
        for await _ in answers { break }
        #expect(try connects() == "5")
        #expect(try rejected() == "0")
    }

    @Test func aScrapeThatWaitsForAReplacedClosureChangesNothing() async throws {
        let isAsked = Holder(false)
        let gate = DispatchSemaphore(value: 0)
        ObservedCounter("pool_connects_total", help: "Connections.", in: registry) {
            isAsked.value = true
            gate.wait()
            return 1000
        }
        async let waiting = onThread { [registry] in "\(registry.exposition())" }
        while !isAsked.value { await Task.yield() }
        ObservedCounter("pool_connects_total", help: "Connections.", in: registry) { 5 }
        gate.signal()
        _ = try await waiting
        #expect(try connects() == "5")
    }

    @Test func observedCountersHaveNoCreatedSample() throws {
        let registry = MetricRegistry(exposesCreated: true)
        ObservedCounter("pool_connects_total", help: "Connections.", in: registry) { 7 }
        let text = String(decoding: registry.exposition(as: .openMetrics).body, as: UTF8.self)
        #expect(!text.contains("pool_connects_created"))
    }

    @Test func anObservedCounterConflictsWithAPlainCounter() throws {
        _ = Counter("hits_total", help: "Hits.", in: registry)
        #expect(throws: RegistrationError.self) {
            try ObservedCounter(validating: "hits_total", help: "Hits.", in: registry) { 1 }
        }
    }
}

/// Timers of work that does not end in the function that starts it.
@Suite struct TimerTests {
    @Test func aTimerObservesTheTimeSinceItsStartByTheRegistrysClock() {
        let clock = ManualClock()
        let latency = Histogram("work_seconds", help: "Work.", in: MetricRegistry(clock: clock))
        let timer = latency.start()
        clock.advance(by: .milliseconds(250))
        timer.observe()
        #expect(latency.count == 1 && latency.sum == 0.25)
        clock.advance(by: .milliseconds(750))
        timer.observe()
        #expect(latency.count == 2 && latency.sum == 1.25)
    }

    @Test func aTimerThatIsNeverObservedCountsNothing() {
        let latency = Histogram("work_seconds", help: "Work.", in: MetricRegistry())
        _ = latency.start()
        #expect(latency.count == 0)
    }
}

/// Small conveniences for callers.
@Suite struct ConvenienceTests {
    private struct Tenant: LabelSet {
        var name: String?
        var isPaying: Bool?
        static let schema: [Label<Self>] = [Label("tenant", \.name), Label("paying", \.isPaying)]
    }

    private struct Closed: LabelSet {
        enum Outcome: String, LabelValue { case ok, failed }
        var outcome: Outcome?
        static let schema: [Label<Self>] = [Label("outcome", \.outcome)]
    }

    @Test func aNilLabelValueIsTheEmptyString() throws {
        let registry = MetricRegistry()
        let requests = Family<Tenant, Counter>("requests_total", help: "Requests.", in: registry)
        requests[Tenant(name: nil, isPaying: nil)].increment()
        requests[Tenant(name: "a", isPaying: true)].increment(by: 2)
        #expect(registry.text.contains(#"requests_total{tenant="",paying=""} 1"#))
        #expect(registry.text.contains(#"requests_total{tenant="a",paying="true"} 2"#))
    }

    @Test func aNilValueOfAClosedLabelHasItsOwnChild() throws {
        let registry = MetricRegistry()
        let ends = Family<Closed, Counter>("ends_total", help: "Ends.", in: registry)
        for outcome in [nil, .ok, .failed, nil] as [Closed.Outcome?] { ends[Closed(outcome: outcome)].increment() }
        #expect(ends[Closed(outcome: nil)].value == 2)
        #expect(registry.text.contains("ends_total{outcome=\"\"} 2\nends_total{outcome=\"ok\"} 1"))
    }

    @Test func aFloatCounterAddsOneByDefault() {
        let cost = FloatCounter("cost_total", help: "Cost.", in: MetricRegistry())
        cost.increment()
        cost.increment(by: 0.5)
        #expect(cost.value == 1.5)
    }

    @Test func bucketsCanBeDurations() {
        #expect(Buckets([.milliseconds(5), .seconds(1)]) == [0.005, 1])
    }

    @Test func anExpositionPrintsItsText() {
        let registry = MetricRegistry(ownMetrics: false)
        Counter("hits_total", help: "Hits.", in: registry).increment()
        #expect("\(registry.exposition())" == "# HELP hits_total Hits.\n# TYPE hits_total counter\nhits_total 1\n")
        let compressed = registry.exposition(for: ScrapeRequest(as: .prometheusText, isCompressed: true))
        #expect("\(compressed)" == "\(ExpositionFormat.prometheusText), \(compressed.body.count) bytes of gzip")
    }
}
