import Synchronization
import TallyTestSupport
import TallyTesting
import Testing

@testable import Tally

/// Families whose series have different label names.
struct ShapedFamilyTests {
    private let registry = MetricRegistry(ownMetrics: false)

    private func counters(
        _ name: String = "jobs",
        limit: Int = 100,
        in registry: MetricRegistry? = nil,
        onReplaced: @escaping @Sendable () -> Void = {}
    ) -> ShapedFamily<CombinedCounter> {
        ShapedFamily(
            name,
            help: "Jobs.",
            maxChildren: limit,
            in: registry ?? self.registry,
            onReplaced: onReplaced
        )
    }

    private func series(
        _ family: ShapedFamily<CombinedCounter>,
        _ labels: KeyValuePairs<String, String> = [:]
    ) throws -> ShapedSeries<CombinedCounter> {
        try #require(try family.shape(labels.map(\.key)).series(labels.map(\.value)))
    }

    // MARK: Exposition

    @Test func allShapesShareOneHeaderInEveryFormat() throws {
        let jobs = counters()
        try series(jobs).child.increment(by: 1 as UInt64)
        try series(jobs, ["queue": "mail"]).child.increment(by: 2 as UInt64)
        try series(jobs, ["queue": "mail", "status": "ok"]).child.increment(by: 3 as UInt64)
        _ = Counter("after_total", help: "After.", in: registry)
        _ = Counter("zzz_total", help: "After.", in: registry)
        #expect(
            registry.text == """
                # HELP after_total After.
                # TYPE after_total counter
                after_total 0
                # HELP jobs_total Jobs.
                # TYPE jobs_total counter
                jobs_total 1
                jobs_total{queue="mail"} 2
                jobs_total{queue="mail",status="ok"} 3
                # HELP zzz_total After.
                # TYPE zzz_total counter
                zzz_total 0

                """
        )
        let openMetrics = try registry.parsed(accept: "application/openmetrics-text")
        #expect(openMetrics.samples(of: "jobs_total").map(\.value) == [1, 2, 3])
        let json = String(decoding: registry.exposition(as: .json).body, as: UTF8.self)
        #expect(json.split(separator: "jobs_total").count == 2)
        #expect(json.split(separator: #""labels""#).count == 3)
    }

    @Test func aShapeWithoutExposedSeriesDoesNotTakeTheHeader() throws {
        let jobs = counters()
        try series(jobs).hide()
        try series(jobs, ["queue": "mail"]).child.increment(by: 2 as UInt64)
        #expect(registry.text.hasPrefix("# HELP jobs_total Jobs.\n# TYPE jobs_total counter\njobs_total{"))
    }

    @Test func shapesStayTogetherInAnIncludingRegistry() throws {
        let other = MetricRegistry(ownMetrics: false)
        _ = Gauge("a", help: "", in: other)
        other.include(registry)
        let jobs = counters()
        _ = try series(jobs)
        _ = try series(jobs, ["queue": "mail"])
        let parsed = try other.parsed(accept: nil)
        #expect(parsed.samples(of: "jobs_total").count == 2)
        #expect(parsed.families.map(\.name) == ["a", "jobs_total"])
    }

    @Test func theSameShapeIsTheSameSeries() throws {
        try series(counters(), ["queue": "mail"]).child.increment(by: 2 as UInt64)
        let jobs = counters("works")
        try series(jobs, ["queue": "mail"]).child.increment(by: 2 as UInt64)
        try series(jobs, ["queue": "mail"]).child.increment(by: 0.5)
        #expect(try registry.value(of: "works_total") == 2.5)
        #expect(try jobs.shape(["queue"]).series([]) == nil)
    }

    // MARK: Amounts

    @Test func wholeAmountsStayExact() throws {
        let jobs = try series(counters()).child
        jobs.increment(by: 1 << 53)
        jobs.increment(by: 1 as UInt64)
        #expect(try registry.valueText(of: "jobs_total") == "9007199254740993")
        jobs.increment(by: UInt64(Int64.max))
        #expect(try registry.valueText(of: "jobs_total") == "9223372036854775807")
        jobs.increment(by: Double.greatestFiniteMagnitude)
        jobs.increment(by: Double.greatestFiniteMagnitude)
        #expect(jobs.value == .greatestFiniteMagnitude)
    }

    // MARK: Limit

    @Test func theLimitCountsTheSeriesOfAllShapes() throws {
        let registry = MetricRegistry()
        let jobs = counters(limit: 3, in: registry)
        for value in ["a", "b"] { _ = try series(jobs, ["queue": value]) }
        let third = try series(jobs, ["status": "ok"])
        #expect(third.isOwn)
        #expect(jobs.isFull)
        let fourth = try series(jobs, ["status": "failed"])
        let fifth = try series(jobs, ["queue": "c"])
        #expect(!fourth.isOwn && !fifth.isOwn)
        fourth.child.increment(by: 4 as UInt64)
        fifth.child.increment(by: 5 as UInt64)
        #expect(try registry.value(of: "jobs_total", labels: ["status": "other"]) == 4)
        #expect(try registry.value(of: "jobs_total", labels: ["queue": "other"]) == 5)
        #expect(try registry.value(of: "tally_family_overflow_total", labels: ["family": "jobs_total"]) == 2)
        #expect(try registry.value(of: "tally_family_overflow_label_sets", labels: ["family": "jobs_total"]) == 2)
        // A hidden series leaves its place to one of another shape.
        third.hide()
        #expect(try series(jobs, ["queue": "c"]).isOwn)
        #expect(!third.reexposed().isOwn)
        // Neither the overflow child nor a series that is already hidden leaves one.
        third.hide()
        _ = try jobs.shape(["queue"]).storage.remove(["other"])
        #expect(try !series(jobs, ["status": "d"]).isOwn)
        try jobs.shape(["queue"]).storage._checkInvariants()
    }

    /// Handles of label sets past the limit count in it.
    @Test(arguments: [["k": "other"], [:]]) func theOverflowChildCannotBeHidden(_ own: [String: String]) throws {
        let jobs = counters(limit: 1)
        _ = try self.series(jobs, ["k": "a"])
        func series() throws -> ShapedSeries<CombinedCounter> {
            try #require(try jobs.shape(Array(own.keys)).series(Array(own.values)))
        }
        let rejected = own.isEmpty ? try series() : try self.series(jobs, ["k": "b"])
        try series().hide()
        rejected.child.increment(by: 1 as UInt64)
        #expect(registry.text.contains("jobs_total\(own.isEmpty ? "" : #"{k="other"}"#) 1\n"))
    }

    @Test func threadsThatUseDifferentShapesCannotExceedTheLimit() async throws {
        let jobs = counters(limit: 50)
        let own = await withTaskGroup { group in
            for thread in 0..<8 {
                group.addTask {
                    (0..<50).count { value in
                        (try? series(jobs, ["l\(thread)": "\(value)"]))?.isOwn == true
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(own == 50)
        #expect(jobs.isFull)
    }

    // MARK: Hiding

    @Test func aHiddenSeriesComesBackWithItsValue() throws {
        let jobs = try series(counters(), ["queue": "mail"])
        jobs.child.increment(by: 2 as UInt64)
        jobs.hide()
        #expect(registry.text.isEmpty)
        jobs.child.increment(by: 3 as UInt64)
        #expect(registry.text.isEmpty)
        #expect(jobs.reexposed().isOwn)
        #expect(try registry.value(of: "jobs_total") == 5)
    }

    // MARK: Reset

    @Test func aResetBeginsAtZeroWithANewStartTime() throws {
        let seconds = Atomic<Int>(1_000)
        let clock = ManualClock()
        let registry = try MetricRegistry(
            clock: clock,
            wallSeconds: { Double(seconds.load(ordering: .relaxed)) },
            exposesCreated: true
        )
        let jobs = try series(counters(in: registry), ["queue": "mail"])
        let other = try series(counters("others", in: registry))
        for total in [jobs, other] {
            total.child.increment(by: 2 as UInt64)
            total.child.increment(by: 0.5)
        }
        seconds.store(2_000, ordering: .relaxed)
        jobs.reset()
        jobs.child.increment(by: 1 as UInt64)
        let parsed = try registry.parsed(accept: "application/openmetrics-text")
        #expect(try parsed.value(of: "jobs_total") == 1)
        #expect(try parsed.value(of: "jobs_created") == 2_000)
        #expect(try parsed.value(of: "others_total") == 2.5)
        #expect(try parsed.value(of: "others_created") == 1_000)
    }

    @Test func aHistogramResets() throws {
        let family = ShapedFamily<Histogram>("wait", help: "", buckets: [1], maxChildren: 1, in: registry)
        let wait = try #require(try family.shape([]).series([]))
        wait.child.observe(nanoseconds: 2_000_000_000)
        wait.child.observe(0.5)
        #expect(try registry.histogram(of: "wait")?.sum == 2.5)
        wait.reset()
        #expect(try registry.histogram(of: "wait")?.counts == [0, 0])
        #expect(try registry.histogram(of: "wait")?.sum == 0)
    }

    // MARK: Conflicts

    @Test func anInstrumentReplacesAShapedFamily() throws {
        let replaced = Atomic<Int>(0)
        let shaped = ShapedFamily<Gauge>("jobs", help: "", maxChildren: 9, in: registry) {
            replaced.wrappingAdd(1, ordering: .relaxed)
        }
        let old = try #require(try shaped.shape(["queue"]).series(["mail"])).child
        _ = try shaped.shape([]).series([])
        // The counter's claims include the name `jobs`.
        let counter = Counter("jobs_total", help: "", in: registry)
        counter.increment()
        old.set(3)
        #expect(registry.text == "# HELP jobs_total \n# TYPE jobs_total counter\njobs_total 1\n")
        #expect(shaped.isRetired)
        #expect(replaced.load(ordering: .relaxed) == 1)
        #expect(throws: RegistrationError.self) { try shaped.shape(["status"]) }
    }

    @Test func aFailedRegistrationReplacesNothing() throws {
        _ = Gauge("jobs_count", help: "", in: registry)
        let shaped = ShapedFamily<Gauge>("jobs_sum", help: "", maxChildren: 9, in: registry)
        _ = try shaped.shape([]).series([])
        #expect(throws: RegistrationError.self) { try Histogram(validating: "jobs", help: "", in: registry) }
        #expect(!shaped.isRetired)
        #expect(try registry.value(of: "jobs_sum") == 0)
    }

    @Test func twoShapedFamiliesDoNotShareAName() throws {
        let first = counters()
        _ = try series(first)
        let error = #expect(throws: RegistrationError.self) { try series(counters()) }
        #expect(error?.conflictingName == "jobs_total")
        let collision = #expect(throws: RegistrationError.self) {
            try ShapedFamily<Gauge>("jobs_created", help: "", maxChildren: 9, in: registry).shape([])
        }
        #expect(collision?.conflictingName == "jobs_total")
        #expect(!first.isRetired)
    }

    @Test func unregisteringRemovesAllShapesAndFreesTheName() throws {
        let replaced = Atomic<Int>(0)
        let jobs = counters { replaced.wrappingAdd(1, ordering: .relaxed) }
        for labels in [[:], ["queue": "mail"]] as [KeyValuePairs<String, String>] { _ = try series(jobs, labels) }
        #expect(registry.unregister("jobs_total"))
        #expect(registry.text.isEmpty)
        #expect(jobs.isRetired)
        #expect(replaced.load(ordering: .relaxed) == 0)
        #expect(try series(counters()).isOwn)
    }
}
