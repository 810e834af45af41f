import Synchronization
import TallyTestSupport
import Testing

@testable import Tally

struct CounterTests {
    let registry = MetricRegistry()

    @Test func aCounterStartsAtZeroAndAddsUp() throws {
        let counter = Counter("jobs_total", help: "Jobs.", in: registry)
        #expect(counter.value == 0)
        #expect(try registry.parsed()["jobs_total"] == "0")
        counter.increment()
        counter.increment(by: 41)
        counter.increment(by: 0)
        #expect(counter.value == 42)
        #expect(try registry.parsed()["jobs_total"] == "42")
    }

    @Test func copiesShareTheirTotal() {
        let counter = Counter("jobs_total", help: "Jobs.", in: registry)
        let copy = counter
        copy.increment()
        #expect(counter.value == 1)
    }

    @Test func negativeAmountsAreDroppedAndCounted() throws {
        let counter = Counter("jobs_total", help: "Jobs.", in: registry)
        counter.increment(by: 5)
        counter.increment(by: -1)
        counter.increment(by: .min)
        #expect(counter.value == 5)
        #expect(try registry.parsed()["tally_rejected_updates_total", ("reason", "negative")] == "2")
    }

    @Test(arguments: [Int.max, 1 << 47, (1 << 48) - 1, 1 << 48])
    func totalsSaturateAndNeverDecrease(_ amount: Int) throws {
        let counter = Counter("jobs_total", help: "Jobs.", in: registry)
        counter.increment(by: .max - 10)
        var last = counter.value
        for _ in 0..<1000 {
            counter.increment(by: amount)
            #expect(counter.value >= last)
            last = counter.value
        }
        #expect(counter.value == .max)
        #expect(try registry.parsed()["jobs_total"] == "9223372036854775807")
        counter.increment()
        #expect(counter.value == .max)
    }

    @Test func integersPastDoublePrecisionAreExact() throws {
        let counter = Counter("jobs_total", help: "Jobs.", in: registry)
        counter.increment(by: 9_007_199_254_740_993)
        #expect(try registry.parsed()["jobs_total"] == "9007199254740993")
        #expect(registry.json.contains("\"value\":\"9007199254740993\""))
    }

    @Test func aMissingTotalSuffixIsAdded() {
        _ = Counter("jobs", help: "Jobs.", in: registry)
        #expect(registry.text.contains("# TYPE jobs_total counter\njobs_total 0\n"))
    }

    @Test func aHandleOutlivesItsRegistry() {
        var counter: Counter?
        do {
            let registry = MetricRegistry()
            counter = Counter("jobs_total", help: "Jobs.", in: registry)
        }
        counter?.increment()
        #expect(counter?.value == 1)
    }
}

/// Counters that are spread over cache lines.
struct ContendedCounterTests {
    let registry = MetricRegistry()

    @Test func contendedCountersAddUpInEveryFormat() throws {
        let counter = Counter("jobs_total", help: "Jobs.", contended: true, in: registry)
        counter.increment()
        counter.increment(by: 41)
        counter.increment(by: -1)
        #expect(counter.value == 42)
        let text = try registry.parsed()
        #expect(text["jobs_total"] == "42")
        #expect(text["tally_rejected_updates_total", ("reason", "negative")] == "1")
        #expect(
            registry.json.contains(#"{"name":"jobs_total","help":"Jobs.","type":"COUNTER","metrics":[{"value":"42"}]}"#)
        )
    }

    @Test func theSumOfStripesSaturates() {
        let counter = Counter("jobs_total", help: "Jobs.", contended: true, in: registry)
        for stripe in 0..<Stripes.count {
            unsafe counter.cell.words[stripe * Stripes.words].store(UInt64(stripe + 1), ordering: .relaxed)
        }
        #expect(counter.value == Stripes.count * (Stripes.count + 1) / 2)
        for stripe in 0..<Stripes.count {
            unsafe counter.cell.words[stripe * Stripes.words].store(UInt64(Int64.max), ordering: .relaxed)
        }
        #expect(counter.value == .max)
    }

    @Test func theStripeOfAThreadIsInRange() {
        for mask in [UInt(7), 15, 127] {
            for depth in 0..<100 { #expect((0...Int(mask)).contains(stripe(mask: mask, depth: depth))) }
        }
    }

    private func stripe(mask: UInt, depth: Int) -> Int {
        depth == 0 ? Stripes.current(mask: mask) : stripe(mask: mask, depth: depth - 1)
    }

    @Test func aContendedCounterConflictsWithAPlainOne() {
        _ = Counter("jobs_total", help: "Jobs.", contended: true, in: registry)
        #expect(throws: RegistrationError.self) { try Counter(validating: "jobs_total", help: "Jobs.", in: registry) }
    }
}

/// Gauges, counters and histograms whose words are spread over stripes.
@Suite(.timeLimit(.minutes(5)))
struct ContendedInstrumentTests {
    private enum Side: String, LabelSet, LabelValue, CaseIterable {
        case left, right
        static let schema: [Label<Self>] = [Label("side", \.self)]
    }

    private let registry = MetricRegistry()

    private func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) async {
        await withTaskGroup { group in
            for thread in 0..<count { group.addTask { try? await onThread { body(thread) } } }
        }
    }

    @Test func noUpdateOfManyThreadsIsLost() async throws {
        let gauge = Gauge("clients", help: "", contended: true, in: registry)
        let cost = FloatCounter("cost_total", help: "", contended: true, in: registry)
        let times = Histogram("times", help: "", buckets: [1, 2], contended: true, in: registry)
        let long = Histogram(
            "long",
            help: "",
            buckets: .linear(start: 1, width: 1, count: 40),
            contended: true,
            in: registry
        )
        let counts = Family<Side, Counter>("counts_total", help: "", contended: true, in: registry)
        let sizes = Family<Side, Gauge>("sizes", help: "", contended: true, in: registry)
        let waits = Family<Side, Histogram>("waits", help: "", buckets: [1, 2], contended: true, in: registry)
        await onThreads(8) { _ in
            for index in 0..<500 {
                gauge.increment(by: 3)
                gauge.decrement(by: 2)
                cost.increment(by: 0.5)
                times.observe(1.5)
                times.observe(.milliseconds(500))
                long.observe(Double(index % 50))
                counts.increment(for: .left)
                counts[.left].increment(by: 2)
                sizes.add(1, for: .right)
                waits.observe(1.5, for: .left)
                waits.observe(.seconds(1), for: .left)
            }
        }
        #expect(gauge.value == 4_000)
        #expect(cost.value == 2_000)
        #expect(times.count == 8_000)
        #expect(times.sum == 8_000)
        #expect(long.count == 4_000)
        #expect(counts[.left].value == 12_000)
        #expect(sizes[.right].value == 4_000)
        #expect(waits[.left].count == 8_000)
        let text = "\n\(registry.exposition())"
        for line in [
            "clients 4000", "cost_total 2000", #"times_bucket{le="1.0"} 4000"#, #"times_bucket{le="+Inf"} 8000"#,
            "times_sum 8000", "times_count 8000", #"long_bucket{le="40.0"} 3280"#, #"counts_total{side="left"} 12000"#,
            #"sizes{side="right"} 4000"#, #"waits_bucket{side="left",le="1.0"} 4000"#,
        ] { #expect(text.contains("\n\(line)\n"), "\(line)") }
    }

    @Test func aGaugeThatIsSetNeverShowsAnotherValue() async throws {
        let gauge = Gauge("depth", help: "", contended: true, in: registry)
        gauge.set(.infinity)
        #expect(gauge.value == .infinity)
        gauge.set(1)
        // Additions from many stacks, so that all stripes take part.
        await onThreads(16) { _ in gauge.add(5) }
        #expect(gauge.value == 81)
        await onThreads(4) { thread in
            for _ in 0..<2_000 {
                if thread == 0 { gauge.set(1) }
                if thread == 1 { gauge.set(2_000) }
                if thread > 1, ![81, 1, 2_000].contains(gauge.value) { gauge.set(-1) }
            }
        }
        #expect([1, 2_000].contains(gauge.value), "a reader added up two values")
    }

    @Test func contentionConflicts() throws {
        _ = Gauge("depth", help: "", contended: true, in: registry)
        #expect(throws: RegistrationError.self) { try Gauge(validating: "depth", help: "", in: registry) }
        _ = Histogram("times", help: "", buckets: [1], in: registry)
        #expect(throws: RegistrationError.self) {
            try Histogram(validating: "times", help: "", buckets: [1], contended: true, in: registry)
        }
    }
}

struct FloatCounterTests {
    let registry = MetricRegistry()

    @Test func aFloatCounterAddsFractionsAndDurations() throws {
        let counter = FloatCounter("work_seconds_total", help: "Work.", in: registry)
        counter.increment(by: 0.25)
        counter.increment(by: .milliseconds(1_250))
        #expect(counter.value == 1.5)
        #expect(try registry.parsed()["work_seconds_total"] == "1.5")
    }

    @Test func negativeAndNonFiniteAmountsAreDroppedAndCounted() throws {
        let counter = FloatCounter("work_seconds_total", help: "Work.", in: registry)
        counter.increment(by: 1)
        for amount in [-0.5, -.leastNonzeroMagnitude, .nan, .infinity, -.infinity, .signalingNaN] {
            counter.increment(by: amount)
        }
        counter.increment(by: .seconds(-3))
        #expect(counter.value == 1)
        let text = try registry.parsed()
        #expect(text["tally_rejected_updates_total", ("reason", "negative")] == "3")
        #expect(text["tally_rejected_updates_total", ("reason", "not_finite")] == "4")
    }

    @Test func theTotalSaturatesAtTheLargestFiniteNumber() throws {
        let counter = FloatCounter("work_seconds_total", help: "Work.", in: registry)
        counter.increment(by: .greatestFiniteMagnitude)
        counter.increment(by: .greatestFiniteMagnitude)
        #expect(counter.value == .greatestFiniteMagnitude)
        #expect(try registry.parsed()["work_seconds_total"] == "1.7976931348623157e+308")
    }
}
