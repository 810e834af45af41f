import Dispatch
import Foundation
import TallyTestSupport
import TallyTesting
import Testing

@testable import Tally

/// Children that are idle for longer than their family's timeout are no longer exposed.
struct IdleExpiryTests {
    private let clock = ManualClock()
    private let registry: MetricRegistry
    private let jobs: DynamicFamily<Counter>

    init() throws {
        registry = MetricRegistry(clock: clock, ownMetrics: false)
        jobs = try Counter.family(
            validating: "jobs_total",
            help: "",
            labelNames: ["queue"],
            maxChildren: 100,
            idleTimeout: .seconds(160),
            in: registry
        )
    }

    /// The queues that a scrape shows.
    private func queues() throws -> [String] {
        try ExpositionParser(.prometheusText).parse(registry.exposition().body)
            .samples(of: "jobs_total").compactMap { $0[label: "queue"] }
    }

    private struct Queue: LabelSet {
        var name: String
        static let schema: [Label<Self>] = [Label("queue", \.name)]
    }

    /// The search for idle children has not seen the lookup when a sweep moves the child.
    @Test func aSweepKeepsTheUseOfALookup() throws {
        let depth = Family<Queue, Gauge>("depth", help: "", idleTimeout: .seconds(60), in: registry)
        for number in 0..<1000 { depth.set(1, for: Queue(name: "\(number)")) }
        _ = registry.exposition()
        // The second lookup finds the child in the index.
        for _ in 0..<2 {
            depth.set(1, for: Queue(name: "150"))
            clock.advance(by: .seconds(25))
        }
        depth.set(1, for: Queue(name: "150"))
        for number in (0..<1000).reversed() where number != 150 { depth.remove(Queue(name: "\(number)")) }
        clock.advance(by: .seconds(11))
        let samples = try ExpositionParser(.prometheusText).parse(registry.exposition().body).samples(of: "depth")
        #expect(samples.map { $0[label: "queue"] } == ["150"])
    }

    @Test
    func idleChildrenExpireAfterTheTimeout() throws {
        jobs[["mail"]].increment()
        #expect(try queues() == ["mail"])
        clock.advance(by: .seconds(100))
        jobs[["sms"]].increment()
        #expect(try queues() == ["mail", "sms"])
        clock.advance(by: .seconds(70))
        #expect(try queues() == ["sms"])
        clock.advance(by: .seconds(100))
        #expect(try queues() == [])
    }

    @Test
    func childrenUpdatedThroughAHandleDoNotExpire() throws {
        let mail = jobs[["mail"]]
        for _ in 0..<10 {
            mail.increment()
            clock.advance(by: .seconds(100))
            #expect(try queues() == ["mail"])
        }
    }

    @Test
    func childrenThatAreLookedUpDoNotExpire() throws {
        let depth = try Gauge.family(
            validating: "depth",
            help: "",
            labelNames: ["queue"],
            idleTimeout: .seconds(160),
            in: registry
        )
        for _ in 0..<10 {
            // Always the same value, so only the lookup shows that the child is in use.
            depth[["mail"]].set(1)
            clock.advance(by: .seconds(100))
            #expect(try registry.value(of: "depth", labels: ["queue": "mail"]) == 1)
        }
    }

    @Test
    func anExpiredChildReturnsWithItsFullCount() throws {
        let mail = jobs[["mail"]]
        mail.increment(by: 5)
        _ = try queues()
        clock.advance(by: .seconds(200))
        #expect(try queues() == [])
        mail.increment()
        clock.advance(by: .seconds(20))
        #expect(try registry.value(of: "jobs_total", labels: ["queue": "mail"]) == 6)
        #expect(jobs.count == 1)
        clock.advance(by: .seconds(200))
        #expect(try queues() == [])
        jobs[["mail"]].increment()
        #expect(try queues() == ["mail"])
        #expect(mail.value == 7)
    }

    @Test
    func countsOfAReleasedHandleSurviveCompaction() throws {
        for number in 0..<8 { jobs[["\(number)"]].increment() }
        do {
            let held = jobs[["0"]]
            _ = try queues()
            clock.advance(by: .seconds(200))
            #expect(try queues() == [])
            held.increment()
        }
        // Enough to compact the storage before the next scrape.
        for round in 0..<3 {
            for number in 0..<90 { jobs[["\(round)-\(number)"]].increment() }
            for number in 0..<90 { jobs.remove(["\(round)-\(number)"]) }
        }
        #expect(try registry.value(of: "jobs_total", labels: ["queue": "0"]) == 2)
    }

    @Test
    func aRemovedExpiredChildDoesNotReturnThroughItsHandle() throws {
        let mail = jobs[["mail"]]
        _ = try queues()
        clock.advance(by: .seconds(200))
        #expect(try queues() == [])
        #expect(!jobs.remove(["mail"]))
        mail.increment()
        clock.advance(by: .seconds(20))
        #expect(try queues() == [])
    }

    @Test
    func removeAllKeepsExpiredChildrenFromReturning() throws {
        let mail = jobs[["mail"]]
        _ = try queues()
        clock.advance(by: .seconds(200))
        #expect(try queues() == [])
        jobs.removeAll()
        mail.increment()
        clock.advance(by: .seconds(20))
        #expect(try queues() == [])
    }

    @Test
    func compactionKeepsIdleTimes() throws {
        clock.advance(by: .seconds(1000))
        _ = jobs[["mail"]]
        for number in 0..<90 { _ = jobs[["\(number)"]] }
        for number in 0..<90 { jobs.remove(["\(number)"]) }
        clock.advance(by: .seconds(150))
        #expect(try queues() == ["mail"])
        clock.advance(by: .seconds(10))
        #expect(try queues() == [])
    }

    @Test
    func idleChildrenMakeRoomAfterTheClockGoesBack() {
        clock.advance(by: .seconds(100_000))
        _ = jobs[["early"]]
        clock.advance(by: .seconds(-90_000))
        for number in 0..<80 { _ = jobs[["\(number)"]] }
        clock.advance(by: .seconds(200))
        for number in 100..<180 { _ = jobs[["\(number)"]] }
        #expect(jobs.count == 81)
    }

    @Test
    func expiredChildrenReleaseTheirMemory() throws {
        for round in 0..<50 {
            for number in 0..<90 { _ = jobs[["\(round)-\(number)"]] }
            clock.advance(by: .seconds(200))
            _ = try queues()
        }
        let slots = jobs.storage.size.slots
        #expect(slots < 500)
    }

    @Test
    func idleChildrenMakeRoomUnderTheLimitWithoutAScrape() throws {
        for round in 0..<50 {
            for index in 0..<95 { jobs[["\(round)-\(index)"]].increment() }
            clock.advance(by: .seconds(20))
            // The next new child triggers a check that finds them in use; a check after the timeout finds them idle.
            jobs[["\(round)-more"]].increment()
            clock.advance(by: .seconds(200))
        }
        // The last round, and the one child that the last check found in use.
        #expect(jobs.count == 97)
        let body = registry.exposition(as: .prometheusText).body
        #expect(!String(decoding: body, as: UTF8.self).contains("queue=\"other\""))
    }

    @Test
    func theOverflowChildDoesNotExpire() throws {
        for index in 0..<101 { jobs[["\(index)"]].increment() }
        _ = try queues()
        clock.advance(by: .seconds(200))
        #expect(try queues() == ["other"])
        #expect(jobs.count == 1)
    }

    @Test
    func anExpiredChildReturnsEvenIfTheFamilyIsFull() throws {
        let first = jobs[["first"]]
        _ = try queues()
        clock.advance(by: .seconds(200))
        #expect(try queues() == [])
        for index in 0..<100 { jobs[["\(index)"]].increment() }
        first.increment()
        clock.advance(by: .seconds(20))
        #expect(try queues().count == 101)
        #expect(try registry.value(of: "jobs_total", labels: ["queue": "first"]) == 1)
        jobs[["new"]].increment()
        #expect(try queues().contains("other"))
        #expect(try registry.samples(of: "jobs_total").reduce(0) { $0 + $1.value } == 102)
    }

    @Test
    func expiryToleratesAClockThatGoesBack() throws {
        clock.advance(by: .seconds(1000))
        jobs[["mail"]].increment()
        _ = try queues()
        clock.advance(by: .seconds(-900))
        #expect(try queues() == ["mail"])
        clock.advance(by: .seconds(1000))
        #expect(try queues() == ["mail"])
        clock.advance(by: .seconds(100))
        #expect(try queues() == [])
    }

    @Test
    func childrenOfClosedLabelSetsExpireAndReturn() throws {
        enum Kind: String, LabelValue, LabelSet, CaseIterable {
            case a, b
            static let schema: [Label<Self>] = [Label("kind", \.self)]
        }
        let sizes = Family<Kind, Histogram>(
            "sizes",
            help: "",
            buckets: [1],
            idleTimeout: .seconds(160),
            in: registry
        )
        #expect(sizes.count == 2)
        _ = registry.exposition()
        clock.advance(by: .seconds(150))
        sizes[.b].observe(0.5)
        _ = registry.exposition()
        clock.advance(by: .seconds(100))
        _ = registry.exposition()
        #expect(sizes.count == 1)
        #expect(try registry.value(of: "sizes_count", labels: ["kind": "b"]) == 1)
        sizes[.a].observe(0.5)
        #expect(sizes.count == 2)
    }

    @Test
    func childrenWithoutAnIdleTimeoutDoNotExpire() throws {
        let forever = try Counter.family(validating: "forever", help: "", labelNames: ["a"], in: registry)
        _ = forever[["x"]]
        _ = registry.exposition()
        clock.advance(by: .seconds(1_000_000))
        _ = registry.exposition()
        #expect(forever.count == 1)
    }

    @Test(arguments: [Duration.zero, .seconds(-1)])
    func anIdleTimeoutOfZeroOrLessThrows(_ timeout: Duration) {
        let error = #expect(throws: RegistrationError.self) {
            try Gauge.family(validating: "g", help: "", labelNames: ["a"], idleTimeout: timeout, in: registry)
        }
        #expect(error?.code == .invalidIdleTimeout)
    }

    @Test
    func concurrentExpiryLosesNoCounts() async throws {
        let family = try Counter.family(
            validating: "busy_total",
            help: "",
            labelNames: ["n"],
            maxChildren: 10_000,
            idleTimeout: .seconds(16),
            in: registry
        )
        let registry = registry
        let clock = clock
        try await onThread {
            let done = DispatchGroup()
            for number in 0..<4 {
                done.enter()
                Thread.detachNewThread {
                    let own = family[["own\(number)"]]
                    for index in 0..<5000 {
                        own.increment()
                        family[["\(number)-\(index % 100)"]].increment()
                        if index % 50 == 0 {
                            clock.advance(by: .seconds(5))
                            _ = registry.exposition()
                        }
                    }
                    #expect(own.value == 5000)
                    done.leave()
                }
            }
            done.wait()
        }
    }
}
