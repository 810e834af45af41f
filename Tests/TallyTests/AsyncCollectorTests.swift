import TallyTesting
import Testing

@testable import Tally

/// Asynchronous collectors.
struct AsyncCollectorTests {
    private struct Collector: AsyncMetricCollector {
        var families: [CollectedFamily]
        var body: @Sendable (inout CollectedSamples) async throws -> Void

        func collect(into samples: inout CollectedSamples) async throws { try await body(&samples) }
    }

    private struct Broken: Error {}

    private static let rows = CollectedFamily.gauge("rows", help: "Rows.")
    private let clock = ManualClock()
    private let registry: MetricRegistry

    init() {
        registry = MetricRegistry(clock: clock)
    }

    private func errors() throws -> Double? {
        // Only this family, because an exposition of the collector's families may count an error itself.
        let request = ScrapeRequest(names: ["tally_scrape_errors_total"])
        let text = try ParsedText(registry.exposition(for: request))
        return text["tally_scrape_errors_total", ("family", "rows")].flatMap(Double.init)
    }

    private func text(_ request: ScrapeRequest) -> String {
        String(decoding: registry.exposition(for: request).body, as: UTF8.self)
    }

    private func registerRows(waitingFor gate: AsyncGate, unless isQuick: Holder<Bool>) {
        registry.register(
            Collector(families: [Self.rows]) { samples in
                if !isQuick.value { await gate.wait() }
                samples.set(Self.rows, to: 1)
            }
        )
    }

    @Test
    func valuesOfTheLastCollectionAreExposedUntilTheyExpire() async throws {
        let state = Holder(1)
        registry.register(Collector(families: [Self.rows]) { $0.set(Self.rows, to: state.value) })
        #expect(registry.hasAsyncCollectors)
        // The host has not called `collect`, which counts as an error.
        try registry.expect(text: "")
        #expect(try errors() == 1)
        await registry.collect()
        try registry.expect(text: "rows 1")
        state.value = 2
        try registry.expect(text: "rows 1")
        await registry.collect(for: ScrapeRequest(names: ["something_else"]))
        try registry.expect(text: "rows 1")
        await registry.collect(for: ScrapeRequest(names: ["rows"]))
        try registry.expect(text: "rows 2")
        let before = try errors()
        // Values more than a minute old are not exposed.
        clock.advance(by: .seconds(60))
        try registry.expect(text: "rows 2")
        clock.advance(by: .seconds(1))
        try registry.expect(text: "")
        #expect(try errors() == (before ?? 0) + 1)
    }

    @Test
    func aFailingCollectorIsLeftOut() async throws {
        let fails = Holder(false)
        registry.register(
            Collector(families: [Self.rows]) { samples in
                samples.set(Self.rows, to: 1)
                if fails.value { throw Broken() }
            }
        )
        await registry.collect()
        try registry.expect(text: "rows 1")
        fails.value = true
        await registry.collect()
        try registry.expect(text: "")
        #expect(try errors() == 1)
    }

    @Test(.timeLimit(.minutes(5)))
    func aSlowCollectorIsLeftOutAndRunsOnceAtATime() async throws {
        let gate = AsyncGate()
        let asked = Holder(0)
        registry.register(
            Collector(families: [Self.rows]) { samples in
                asked.value += 1
                await gate.wait()
                samples.set(Self.rows, to: 5)
            }
        )
        for _ in 0..<3 {
            let request = ScrapeRequest(timeout: .seconds(1))
            async let collected: Void = registry.collect(for: request)
            try await clock.waitForSleepers(1)
            clock.advance(by: .seconds(1))
            await collected
            #expect(!text(request).contains("\nrows "))
        }
        while asked.value == 0, !Task.isCancelled { await Task.yield() }
        #expect(asked.value == 1)
        #expect(try errors() == 3)
        // The next scrape gets the late answer.
        async let collected: Void = registry.collect(for: ScrapeRequest(timeout: .seconds(1)))
        try await clock.waitForSleepers(1)
        gate.open()
        await collected
        try registry.expect(text: "rows 5")
        #expect(asked.value == 1)
        await registry.collect()
        #expect(asked.value == 2)
    }

    @Test(.timeLimit(.minutes(5)), arguments: [Duration.zero, .seconds(-1)])
    func aTimeoutOfZeroOrLessDoesNotWait(_ limit: Duration) async throws {
        let gate = AsyncGate()
        defer { gate.open() }
        registry.register(Collector(families: [Self.rows]) { _ in await gate.wait() })
        for _ in 0..<100 { await registry.collect(for: ScrapeRequest(timeout: limit)) }
        #expect(try errors() == 100)
    }

    @Test(arguments: [Duration.seconds(Int64.max), Duration(attoseconds: .max), Duration(attoseconds: .min)])
    func extremeTimeoutsDoNotTrap(_ limit: Duration) async {
        await #expect(processExitsWith: .success) { [limit] in
            let registry = MetricRegistry()
            registry.register(
                Collector(families: [Self.rows]) { samples in
                    for _ in 0..<1000 { await Task.yield() }
                    samples.set(Self.rows, to: 1)
                }
            )
            await registry.collect(for: ScrapeRequest(timeout: limit))
            _ = registry.exposition(for: ScrapeRequest(timeout: limit))
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func aTimedOutCollectorExposesNoOldValues() async throws {
        let gate = AsyncGate()
        defer { gate.open() }
        let isQuick = Holder(true)
        registerRows(waitingFor: gate, unless: isQuick)
        await registry.collect()
        try registry.expect(text: "rows 1")
        isQuick.value = false
        let hurried = ScrapeRequest(timeout: .zero)
        await registry.collect(for: hurried)
        #expect(!text(hurried).contains("\nrows "))
        #expect(try errors() == 1)
        // A scrape with a short timeout does not affect others.
        try registry.expect(text: "rows 1")
        #expect(try errors() == 1)
    }

    @Test(.timeLimit(.minutes(5)))
    func aCollectorThatCollectsItsOwnRegistryDoesNotDeadlock() async throws {
        let registry = registry
        let later = Holder<Task<Void, Never>?>(nil)
        let gate = AsyncGate()
        let asked = Holder(0)
        registry.register(
            Collector(families: [Self.rows]) { samples in
                asked.value += 1
                await registry.collect()
                samples.set(Self.rows, to: 1)
                guard later.value == nil else { return }
                // A task may collect once the collector has returned.
                later.value = Task {
                    await gate.wait()
                    await registry.collect()
                }
            }
        )
        await registry.collect()
        try registry.expect(text: "rows 1")
        #expect(try errors() == 1)
        gate.open()
        await later.value?.value
        try registry.expect(text: "rows 1")
        // The nested call of the collector's second run, not the task, counts an error.
        #expect(asked.value == 2)
        #expect(try errors() == 2)
    }

    @Test(.timeLimit(.minutes(5)))
    func collectorsThatCollectEachOtherDoNotDeadlock() async throws {
        let registry = registry
        let asked = Locked(0)
        let gate = AsyncGate()
        for name in ["one", "two"] {
            let family = CollectedFamily.gauge(name, help: "")
            registry.register(
                Collector(families: [family]) { samples in
                    // Each collects only once the other is running.
                    let count = asked.withLock { asked in
                        asked += 1
                        return asked
                    }
                    if count == 2 { gate.open() }
                    await gate.wait()
                    await registry.collect()
                    samples.set(family, to: 1)
                }
            )
        }
        await registry.collect()
        try registry.expect(text: "one 1\ntwo 1", of: ["one", "two"])
    }

    @Test(.timeLimit(.minutes(5)))
    func aCancelledTaskStopsWaitingForCollectors() async throws {
        let gate = AsyncGate()
        defer { gate.open() }
        registry.register(Collector(families: [Self.rows]) { _ in await gate.wait() })
        let registry = registry
        let task = Task { await registry.collect() }
        task.cancel()
        await task.value
        // A cancelled task is not an error of the collector.
        #expect(try errors() == nil)
    }

    @Test(.timeLimit(.minutes(5)))
    func aCancelledCollectionKeepsTheLastValuesForOthers() async throws {
        let gate = AsyncGate()
        defer { gate.open() }
        let isQuick = Holder(true)
        registerRows(waitingFor: gate, unless: isQuick)
        await registry.collect()
        isQuick.value = false
        let registry = registry
        let task = Task { await registry.collect() }
        task.cancel()
        await task.value
        try registry.expect(text: "rows 1")
        #expect(try errors() == nil)
    }

    @Test(.timeLimit(.minutes(5)))
    func collectorsRunConcurrently() async throws {
        let first = AsyncGate()
        let other = CollectedFamily.gauge("other", help: "")
        // One waits for the other, so running one after the other would deadlock.
        registry.register(
            Collector(families: [Self.rows]) { samples in
                await first.wait()
                samples.set(Self.rows, to: 1)
            }
        )
        registry.register(
            Collector(families: [other]) { samples in
                first.open()
                samples.set(other, to: 2)
            }
        )
        await registry.collect()
        try registry.expect(text: "other 2\nrows 1")
    }

    @Test
    func collectorsOfAnIncludedRegistryRunToo() async throws {
        let inner = MetricRegistry(ownMetrics: false)
        inner.register(Collector(families: [Self.rows]) { $0.set(Self.rows, to: 1) })
        #expect(!registry.hasAsyncCollectors)
        registry.include(inner)
        #expect(registry.hasAsyncCollectors)
        await registry.collect()
        try registry.expect(text: "rows 1")
    }
}

/// Suspends tasks until it is opened. It cannot be closed again.
private final class AsyncGate: Sendable {
    private let state = Locked<(isOpen: Bool, waiters: [CheckedContinuation<Void, Never>])>((false, []))

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiters = state.withLock { state in
            defer { state = (true, []) }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
