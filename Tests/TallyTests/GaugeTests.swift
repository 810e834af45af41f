import Foundation
import Synchronization
import TallyTestSupport
import Testing

@testable import Tally

struct GaugeTests {
    let registry = MetricRegistry()

    @Test func aGaugeGoesUpAndDown() throws {
        let gauge = Gauge("clients", help: "Clients.", in: registry)
        #expect(try registry.parsed()["clients"] == "0")
        gauge.set(10)
        gauge.increment()
        gauge.decrement(by: 3)
        gauge.add(-0.5)
        #expect(gauge.value == 7.5)
        #expect(try registry.parsed()["clients"] == "7.5")
        gauge.set(-2)
        #expect(try registry.parsed()["clients"] == "-2")
    }

    @Test(arguments: [(Double.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf")])
    func aGaugeMayBeSetToNonFiniteValues(_ value: Double, _ text: String) throws {
        let gauge = Gauge("clients", help: "Clients.", in: registry)
        gauge.set(value)
        #expect(try registry.parsed()["clients"] == text)
    }

    @Test func nonFiniteAdditionsAreDroppedAndCounted() throws {
        let gauge = Gauge("clients", help: "Clients.", in: registry)
        gauge.set(3)
        gauge.add(.nan)
        gauge.increment(by: .infinity)
        gauge.decrement(by: .infinity)
        #expect(gauge.value == 3)
        #expect(try registry.parsed()["tally_rejected_updates_total", ("reason", "not_finite")] == "3")
    }

    struct Oops: Error {}

    @Test func withIncrementCountsWhileTheBodyRuns() async throws {
        let gauge = Gauge("clients", help: "Clients.", in: registry)
        let inside = gauge.withIncrement { gauge.value }
        #expect(inside == 1 && gauge.value == 0)
        let insideAsync = try await gauge.withIncrement { () async throws -> Double in
            await Task.yield()
            return gauge.value
        }
        #expect(insideAsync == 1 && gauge.value == 0)
        #expect(throws: Oops.self) { try gauge.withIncrement { throw Oops() } }
        await #expect(throws: Oops.self) {
            try await gauge.withIncrement { () async throws in
                await Task.yield()
                throw Oops()
            }
        }
        #expect(gauge.value == 0)
    }

    @Test func setToNowSetsTheUnixTime() {
        let gauge = Gauge("last_run_timestamp_seconds", help: "Last run.", in: registry)
        let before = Date().timeIntervalSince1970
        gauge.setToNow()
        #expect((before - 0.001...Date().timeIntervalSince1970 + 0.001).contains(gauge.value))
    }
}

struct ObservedGaugeTests {
    let registry = MetricRegistry()

    @Test func theLatestClosureRunsAtEachScrape() throws {
        let depth = Atomic<Int>(3)
        ObservedGauge("queue_depth", help: "Depth.", in: registry) { [registry] in
            _ = registry
            return 0
        }
        let holder = Holder(depth.load(ordering: .relaxed))
        ObservedGauge("queue_depth", help: "Depth.", in: registry) { Double(holder.value) }
        #expect(try registry.parsed()["queue_depth"] == "3", "the later closure replaces the earlier one")
        holder.value = 4
        #expect(try registry.parsed()["queue_depth"] == "4")
    }

    @Test func aClosureMayRegisterAndUpdateInstruments() throws {
        ObservedGauge("queue_depth", help: "Depth.", in: registry) { [registry] in
            let counter = Counter("asked_total", help: "Asked.", in: registry)
            counter.increment()
            return Double(counter.value)
        }
        #expect(try registry.parsed()["queue_depth"] == "1")
        #expect(try registry.parsed()["queue_depth"] == "2")
        #expect(try registry.parsed()["asked_total"] == "3")
    }

    @Test func aClosureMayScrapeItsOwnRegistry() throws {
        let counter = Counter("other_total", help: "Other.", in: registry)
        counter.increment()
        let inner = Holder("")
        ObservedGauge("queue_depth", help: "Depth.", in: registry) { [registry] in
            inner.value = registry.text
            return 7
        }
        #expect(try registry.parsed()["queue_depth"] == "7")
        #expect(inner.value.contains("other_total 1\n"))
        #expect(try registry.parsed()["tally_scrape_errors_total", ("family", "queue_depth")] == "2")
    }

    @Test func closuresOfTwoRegistriesMayScrapeEachOther() throws {
        let other = MetricRegistry()
        ObservedGauge("size_bytes", help: "Size.", in: registry) { Double(other.exposition().body.count) }
        ObservedGauge("size_bytes", help: "Size.", in: other) { [registry] in
            Double(registry.exposition().body.count)
        }
        #expect(try registry.parsed()["size_bytes"] != "0")
        #expect(try registry.parsed()["tally_scrape_errors_total", ("family", "size_bytes")] == "2")
    }

    @Test func aTaskStartedByAClosureMayScrapeLater() async throws {
        let (starts, continuation) = AsyncStream.makeStream(of: Void.self)
        let task = Holder<Task<String, Never>?>(nil)
        ObservedGauge("depth", help: "Depth.", in: registry) { [registry] in
            if task.value == nil {
                task.value = Task {
                    for await _ in starts { break }
                    return registry.text
                }
            }
            return 5
        }
        _ = registry.exposition()
        continuation.yield()
        let later = await task.value?.value ?? ""
        #expect(later.contains("\ndepth 5\n"))
        #expect(!later.contains("tally_scrape_errors_total"))
    }

    /// An object that a closure captures and that uses the registry in its deinit.
    private final class Guest: Sendable {
        let registry: MetricRegistry
        init(_ registry: MetricRegistry) { self.registry = registry }
        deinit { registry.unregister("other") }
    }

    /// Polls, because the thread of the last scrape may be the last to release the closure.
    private func waitUntilGone(_ name: String) async throws {
        while try registry.parsed()[name] != nil { await Task.yield() }
    }

    @Test(.timeLimit(.minutes(5))) func capturedObjectsMayUseTheRegistryInTheirDeinit() async throws {
        func register() {
            let guest = Guest(registry)
            ObservedGauge("depth", help: "Depth.", in: registry) { guest.registry === self.registry ? 1 : 0 }
        }
        _ = Gauge("other", help: "Other.", in: registry)
        register()
        _ = try registry.parsed()
        ObservedGauge("depth", help: "Depth.", in: registry) { 2 }
        try await waitUntilGone("other")
        _ = Gauge("other", help: "Other.", in: registry)
        register()
        registry.unregister("depth")
        try await waitUntilGone("other")
    }

    @Test func aBlockedClosureDelaysOnlyItsOwnScrape() throws {
        let release = DispatchSemaphore(value: 0)
        let entered = DispatchSemaphore(value: 0)
        let first = Holder(true)
        let registry = registry
        ObservedGauge("queue_depth", help: "Depth.", in: registry) {
            if first.exchange(false) {
                entered.signal()
                release.wait()
            }
            return 1
        }
        let counter = Counter("other_total", help: "Other.", in: registry)
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            _ = registry.exposition()
            done.signal()
        }
        entered.wait()
        // The closure blocks this scrape and nothing else.
        counter.increment()
        _ = Counter("late_total", help: "Registered meanwhile.", in: registry)
        #expect(try registry.parsed()["other_total"] == "1")
        #expect(try registry.parsed()["late_total"] == "0")
        release.signal()
        done.wait()
    }
}

struct ContendedGaugeTests {
    @Test(.timeLimit(.minutes(5))) func readersSeeValuesThatWereSetThoughSettersNeverPause() async throws {
        let gauge = Gauge("level", help: "", contended: true, in: MetricRegistry())
        let isDone = Holder(false)
        try await withThrowingTaskGroup { group in
            for number in 1...3 {
                group.addTask { try await onThread { while !isDone.value { gauge.set(Double(number)) } } }
            }
            group.addTask {
                let values = try await onThread { Set((0..<2000).map { _ in gauge.value }) }
                isDone.value = true
                #expect(values.isSubset(of: [0, 1, 2, 3]))
            }
            try await group.waitForAll()
        }
    }
}

/// A value that tests share between threads.
final class Holder<Value: Sendable>: Sendable {
    private let state: Locked<Value>

    init(_ value: Value) {
        state = Locked(value)
    }

    var value: Value {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }

    func exchange(_ new: Value) -> Value {
        state.withLock { value in
            defer { value = new }
            return value
        }
    }
}
