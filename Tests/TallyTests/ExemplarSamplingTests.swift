import Synchronization
import TallyTestSupport
import TallyTesting
import Testing

@testable import Tally

/// Exemplars that a registry's closure reads from the context of an update.
struct ExemplarSamplingTests {
    private enum Span {
        @TaskLocal static var traceID: String?
    }

    /// The number of calls of a closure.
    private final class Calls: Sendable {
        private let total = Atomic(0)
        var count: Int { total.load(ordering: .relaxed) }
        func add() { total.wrappingAdd(1, ordering: .relaxed) }
    }

    private let clock = ManualClock()
    private let calls = Calls()

    private func registry(_ read: @escaping @Sendable () -> Exemplar?) -> MetricRegistry {
        MetricRegistry(
            clock: clock,
            ownMetrics: true,
            exemplars: { [calls] in
                calls.add()
                return read()
            }
        )
    }

    private func traced() -> MetricRegistry {
        registry { Span.traceID.map { ["trace_id": $0] } }
    }

    private func lines(_ registry: MetricRegistry) -> [Substring] {
        String(decoding: registry.exposition(as: .openMetrics).body, as: UTF8.self).split(separator: "\n")
            .filter { $0.contains(" # {") }
    }

    // MARK: What is sampled

    @Test func aCounterTakesTheExemplarOfTheContext() {
        let registry = traced()
        let counter = Counter("hits_total", help: "Hits.", in: registry)
        Span.$traceID.withValue("abc") { counter.increment(by: 3) }
        #expect(lines(registry).count == 1)
        #expect(lines(registry)[0].hasPrefix(#"hits_total 3 # {trace_id="abc"} 3 "#))
    }

    @Test func everyBucketTakesAnExemplarOfItsOwn() {
        let registry = traced()
        let latency = Histogram("wait_seconds", help: "Wait.", buckets: [1, 2], in: registry)
        for (index, value) in [0.5, 1.5, 99].enumerated() {
            Span.$traceID.withValue("trace \(index)") { latency.observe(value) }
        }
        let lines = lines(registry)
        #expect(lines.count == 3)
        #expect(lines[0].hasPrefix(#"wait_seconds_bucket{le="1.0"} 1 # {trace_id="trace 0"} 0.5 "#))
        #expect(lines[2].hasPrefix(#"wait_seconds_bucket{le="+Inf"} 3 # {trace_id="trace 2"} 99 "#))
    }

    @Test func everyUpdateOfCountersAndHistogramsSamples() async throws {
        let registry = traced()
        let (path, route) = (Path(path: "/"), Route(method: .get, isCached: true))
        let updates: [(String, @Sendable () async -> Void)] = {
            let counter = Counter("a_total", help: "A.", in: registry)
            let contended = Counter("b_total", help: "B.", contended: true, in: registry)
            let open = Family<Path, Counter>("c_total", help: "C.", in: registry)
            let closed = Family<Route, Counter>("d_total", help: "D.", in: registry)
            let histogram = Histogram("e_seconds", help: "E.", in: registry)
            let spread = Histogram("f_seconds", help: "F.", contended: true, in: registry)
            let opens = Family<Path, Histogram>("g_seconds", help: "G.", in: registry)
            let closes = Family<Route, Histogram>("h_seconds", help: "H.", contended: true, in: registry)
            let idle = Family<Path, Counter>("i_total", help: "I.", idleTimeout: .seconds(60), in: registry)
            return [
                ("a", { counter.increment() }), ("a", { counter.increment(by: 2) }),
                ("b", { contended.increment() }), ("b", { contended.increment(by: 2) }),
                ("c", { open.increment(for: path) }), ("c", { open.increment(by: 2, for: path) }),
                ("c", { open[path].increment() }),
                ("d", { closed.increment(for: route) }), ("d", { closed.increment(by: 2, for: route) }),
                ("e", { histogram.observe(0.1) }), ("e", { histogram.observe(.milliseconds(100)) }),
                ("e", { histogram.observe(nanoseconds: 100_000_000) }), ("e", { histogram.time {} }),
                ("e", { await histogram.time { await Task.yield() } }), ("e", { histogram.start().observe() }),
                ("f", { spread.observe(0.1) }), ("f", { spread.observe(.milliseconds(100)) }),
                ("g", { opens.observe(0.1, for: path) }), ("g", { opens.observe(.milliseconds(100), for: path) }),
                ("h", { closes.observe(0.1, for: route) }), ("h", { closes.observe(.milliseconds(100), for: route) }),
                ("i", { idle.increment(for: path) }),
            ]
        }()
        for (index, (name, update)) in updates.enumerated() {
            clock.advance(by: .seconds(2))
            await Span.$traceID.withValue("trace \(index)") { await update() }
            let text = lines(registry).filter { $0.hasPrefix("\(name)_") }
            #expect(text.contains { $0.contains("{trace_id=\"trace \(index)\"}") }, "update \(index) of \(name)")
        }
        #expect(calls.count == updates.count)
    }

    @Test func valuesAreExactWhileExemplarsAreSampled() {
        let registry = traced()
        let counter = Counter("a_total", help: "A.", in: registry)
        let contended = Counter("b_total", help: "B.", contended: true, in: registry)
        let spread = Histogram("c_seconds", help: "C.", contended: true, in: registry)
        for _ in 0..<100 {
            counter.increment()
            contended.increment(by: 2)
            spread.observe(0.25)
        }
        #expect(counter.value == 100)
        #expect(contended.value == 200)
        #expect(spread.count == 100)
        #expect(spread.sum == 25)
        #expect(registry.text.contains("\nb_total 200\n"))
        #expect(registry.text.contains("\nc_seconds_count 100\n"))
    }

    @Test func aFinishedRequestTakesTheExemplarOfItsContext() {
        let registry = traced()
        let http = HTTPServerMetrics(in: registry)
        let call = http.start(method: "GET", scheme: .https)
        Span.$traceID.withValue("abc") { call.finish(route: "/", status: 200) }
        #expect(lines(registry).first?.contains(#" # {trace_id="abc"}"#) == true)
    }

    @Test func gaugesTakeNone() {
        let registry = traced()
        let gauge = Gauge("level", help: "Level.", contended: true, in: registry)
        Span.$traceID.withValue("abc") {
            gauge.set(3)
            gauge.increment()
        }
        #expect(gauge.value == 4)
        #expect(calls.count == 0)
    }

    // MARK: How often

    @Test func aCounterIsSampledAtMostOnceASecond() {
        let registry = registry { ["trace_id": "abc"] }
        let counter = Counter("hits_total", help: "Hits.", in: registry)
        for second in 1...5 {
            for _ in 0..<1000 { counter.increment() }
            #expect(calls.count == second)
            clock.advance(by: .milliseconds(1100))
        }
    }

    @Test func aClosureThatReturnsNothingIsAskedAgainSoon() {
        let registry = registry { nil }
        let counter = Counter("hits_total", help: "Hits.", in: registry)
        for attempt in 1...5 {
            for _ in 0..<1000 { counter.increment() }
            #expect(calls.count == attempt)
            clock.advance(by: .milliseconds(68))
        }
    }

    @Test func samplingGoesOnForYears() {
        let registry = registry { ["trace_id": "abc"] }
        let counter = Counter("hits_total", help: "Hits.", in: registry)
        for year in 1...12 {
            counter.increment()
            #expect(calls.count == year)
            clock.advance(by: .seconds(365 * 86_400))
        }
    }

    @Test func aClockThatGoesBackOnlySamplesAgain() {
        let clock = BackwardClock()
        let registry = MetricRegistry(clock: clock, exemplars: { ["trace_id": "abc"] })
        let counter = Counter("hits_total", help: "Hits.", in: registry)
        for step in [Duration.seconds(-5), .seconds(Int64.min), .seconds(Int64.max), .zero] {
            counter.increment()
            clock.step(by: step)
        }
        #expect(counter.value == 4)
        #expect(lines(registry).count == 1)
    }

    @Test func theMachinesClockSamplesToo() {
        let registry = MetricRegistry(exemplars: { ["trace_id": "abc"] })
        Counter("hits_total", help: "Hits.", in: registry).increment()
        #expect(lines(registry).count == 1)
    }

    @Test func anExemplarOfTheCallerIsNotReplacedAtOnce() {
        let registry = registry { ["trace_id": "sampled"] }
        let counter = Counter("hits_total", help: "Hits.", in: registry)
        counter.increment(exemplar: ["trace_id": "given"])
        counter.increment()
        #expect(calls.count == 0)
        #expect(lines(registry)[0].contains("given"))
        clock.advance(by: .seconds(2))
        counter.increment()
        #expect(lines(registry)[0].contains("sampled"))
    }

    @Test func anExemplarOfTheCallerDefersTheNextSampleByASecond() {
        let registry = registry { ["trace_id": "sampled"] }
        let counter = Counter("hits_total", help: "Hits.", in: registry)
        counter.increment()
        clock.advance(by: .milliseconds(900))
        counter.increment(exemplar: ["trace_id": "given"])
        clock.advance(by: .milliseconds(900))
        counter.increment()
        #expect(calls.count == 1)
        #expect(lines(registry)[0].contains("given"))
        clock.advance(by: .milliseconds(200))
        counter.increment()
        #expect(lines(registry)[0].contains("sampled"))
    }

    @Test func anUpdateThatIsSampledLooksItsChildUpOnce() {
        let registry = registry { ["trace_id": "abc"] }
        let hits = Family<Path, Counter>("hits_total", help: "Hits.", maxChildren: 1, in: registry)
        let waits = Family<Path, Histogram>("wait_seconds", help: "Wait.", maxChildren: 1, in: registry)
        _ = (hits[Path(path: "/first")], waits[Path(path: "/first")])
        let path = Path(path: "/")
        let updates = [
            { hits.increment(for: path) }, { hits.increment(by: 2, for: path) },
            { waits.observe(1, for: path) }, { waits.observe(.seconds(1), for: path) },
        ]
        for update in updates {
            clock.advance(by: .seconds(2))
            update()
        }
        #expect(calls.count == updates.count)
        #expect(hits.core.storage.overflowTotal == 2)
        #expect(waits.core.storage.overflowTotal == 2)
    }

    @Test func timesOfSamplesTakeNoMemoryForStripes() {
        let registry = registry { ["trace_id": "abc"] }
        let plain = Histogram("a", help: "A.", buckets: [1, 2], in: registry)
        let spread = Histogram("b", help: "B.", buckets: [1, 2], contended: true, in: registry)
        let counter = Counter("c_total", help: "C.", contended: true, in: registry)
        for value in [0, 1.5, 3] {
            plain.observe(value)
            spread.observe(value)
        }
        #expect(plain.cell.block.exemplarWords == 5)
        #expect(spread.cell.block.exemplarWords == 5)
        #expect(counter.cell.block.exemplarWords == 1)
        #expect(lines(registry).count == 6)
        let family = Family<Path, Counter>("d_total", help: "D.", in: registry)
        let block = family[Path(path: "/")].cell.block
        #expect(block.exemplarWords == block.capacity)
    }

    @Test func withoutAClosureNothingIsSampled() {
        let registry = MetricRegistry(clock: clock)
        let counter = Counter("hits_total", help: "Hits.", in: registry)
        counter.increment()
        #expect(lines(registry).isEmpty)
        #expect(counter.stripeMask == 0)
    }

    // MARK: A closure that misbehaves

    @Test(
        arguments: [
            ["trace_id": String(repeating: "x", count: 200)], ["not a name": "a"], ["a": "1", "a": "2"],
            ["a": "\0"], ["": ""],
        ] as [Exemplar]
    )
    func aBadExemplarIsDroppedAndCounted(_ exemplar: Exemplar) throws {
        let registry = registry { exemplar }
        let counter = Counter("hits_total", help: "Hits.", in: registry)
        for _ in 0..<100 { counter.increment() }
        #expect(counter.value == 100)
        #expect(lines(registry).isEmpty)
        #expect(try registry.parsed()["tally_rejected_updates_total", ("reason", "exemplar")] == "1")
    }

    @Test func theClosureMayUseTheRegistry() {
        final class Box: Sendable { let registry = Locked<MetricRegistry?>(nil) }
        let box = Box()
        let registry = registry {
            guard let registry = box.registry.withLock({ $0 }) else { return nil }
            let family = Family<Path, Counter>("hits_total", help: "Hits.", in: registry)
            family.increment(for: Path(path: "/"))
            family.increment(for: Path(path: "/new"))
            family.remove(Path(path: "/new"))
            _ = registry.exposition(as: .openMetrics)
            return ["trace_id": "abc"]
        }
        box.registry.withLock { $0 = registry }
        let family = Family<Path, Counter>("hits_total", help: "Hits.", in: registry)
        family.increment(for: Path(path: "/"))
        // Its update of another series calls the closure once more, inside the first call.
        #expect(family[Path(path: "/")].value == 3)
        #expect(calls.count == 2)
        #expect(lines(registry).count == 1)
        box.registry.withLock { $0 = nil }
    }

    @Test func aClosureThatUpdatesItsCounterAndTakesLongDoesNotRecur() {
        final class Box: Sendable { let counter = Locked<Counter?>(nil) }
        let box = Box()
        let registry = registry { [clock] in
            clock.advance(by: .seconds(10))
            box.counter.withLock { $0 }?.increment()
            return ["trace_id": "abc"]
        }
        let counter = Counter("hits_total", help: "Hits.", in: registry)
        box.counter.withLock { $0 = counter }
        counter.increment()
        #expect(counter.value == 2)
        #expect(calls.count == 1)
        box.counter.withLock { $0 = nil }
    }

    // MARK: Threads

    @Test(.timeLimit(.minutes(10)))
    func concurrentUpdatesAndScrapesLoseNothing() async throws {
        let registry = MetricRegistry(exemplars: { ["trace_id": "abc"] })
        let hits = Family<Path, Counter>("hits_total", help: "Hits.", in: registry)
        let waits = Family<Path, Histogram>("wait_seconds", help: "Wait.", in: registry)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for thread in 0..<4 {
                group.addTask {
                    try await onThread {
                        for index in 0..<5000 {
                            let path = Path(path: "/\((index + thread) % 50)")
                            hits.increment(for: path)
                            waits.observe(Double(index % 20), for: path)
                            if index % 100 == 0 { hits.remove(path) }
                            if index % 1000 == 0 { waits.removeAll() }
                        }
                    }
                }
            }
            group.addTask {
                try await onThread {
                    for _ in 0..<50 {
                        _ = try ExpositionParser(.openMetrics).parse(registry.exposition(as: .openMetrics).body)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(!lines(registry).isEmpty)
        hits.core.storage._checkInvariants()
    }
}
