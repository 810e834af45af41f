import Foundation
import Synchronization
import Tally

/// Threads create, remove and expire children, and keep some handles, while the calling thread scrapes.
enum Churn {
    /// A clock that advances by a second each time it is read, so that children expire.
    final class RunningClock: Clock, Sendable {
        struct Instant: InstantProtocol {
            var offset: Duration
            func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
            func duration(to other: Instant) -> Duration { other.offset - offset }
            static func < (one: Instant, other: Instant) -> Bool { one.offset < other.offset }
        }
        private let seconds = Atomic<Int>(0)
        var now: Instant { Instant(offset: .seconds(seconds.wrappingAdd(1, ordering: .relaxed).newValue)) }
        var minimumResolution: Duration { .seconds(1) }
        func sleep(until deadline: Instant, tolerance: Duration?) async throws {}
    }

    /// Runs until all threads are done. Returns true if every kept handle still counts.
    static func run() -> Bool {
        let registry = MetricRegistry(clock: RunningClock(), ownMetrics: false)
        let texts = Family<Text, Counter>("texts_total", help: "", maxChildren: 5_000, in: registry)
        let idle = Family<Text, Gauge>("idle", help: "", maxChildren: 5_000, idleTimeout: .seconds(3_000), in: registry)
        let flags = Family<Flags, Histogram>("flags", help: "", buckets: .latency, in: registry)
        let sides = Family<Side, StateSet<State>>("sides", help: "", in: registry)
        let group = DispatchGroup()
        let shared = Shared()
        for thread in 0..<4 {
            group.enter()
            Thread.detachNewThread {
                var kept: [(counter: Counter, count: Int)] = []
                for round in 0..<30_000 {
                    let text = Text(text: "\(thread) \(round % 3_000)")
                    let child = texts[text]
                    child.increment()
                    if round % 100 == 0 { kept.append((child, child.value)) }
                    if round % 3 > 0 { texts.remove(text) }
                    if round % 5_000 == 4_999 { texts.removeAll() }
                    texts.increment(for: Text(text: "\(thread) kept"))
                    texts.increment(for: Text(text: "\(thread &+ 1 & 3) \(round % 3_000)"))
                    idle[Text(text: "\(round)")].set(1)
                    idle.set(1, for: Text(text: "\(round & 63)"))
                    let flag = Flags(one: round & 1 == 0, two: round & 2 == 0)
                    flags[flag].observe(1)
                    flags.observe(.seconds(1), for: flag)
                    if round % 7 == 0 { flags.remove(flag) }
                    sides[.left].set(.on)
                    sides.set(.on, for: .right)
                    if round % 1_000 == 0 {
                        // A family whose last copy goes while its registry stays, and the other way round.
                        Family<Text, Counter>("short_total", help: "", in: MetricRegistry()).increment(for: text)
                        Family<Text, Counter>("long_total", help: "", in: registry).increment(for: text)
                    }
                    if round % 11 == 0 { sides.removeAll() }
                }
                for (counter, count) in kept {
                    counter.increment()
                    if counter.value <= count { shared.isRight.store(false, ordering: .relaxed) }
                }
                group.leave()
            }
        }
        while group.wait(timeout: .now()) == .timedOut { registry.write(as: .openMetrics) { _ in } }
        return shared.isRight.load(ordering: .relaxed)
    }

    private final class Shared: Sendable {
        let isRight = Atomic(true)
    }
}
