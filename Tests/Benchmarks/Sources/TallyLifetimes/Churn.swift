import Foundation
import Synchronization
import Tally

/// Races of lookups with all that changes a family's children. Threads look up and change, and keep some handles, while
/// another thread scrapes.
struct Churn {
    let name: String
    /// A thread's work of one round. Returns false if a total was wrong.
    let round: @Sendable (_ thread: Int, _ round: Int) -> Bool
    let registry: MetricRegistry

    static var all: [Churn] { [removal(), compaction(), expiry(), registration(), closedSets(), natives()] }

    private static let threads = 4

    /// Runs until the deadline. Returns the number of rounds, or nil if a total was wrong.
    func run(for duration: Duration) -> Int? {
        let end = ContinuousClock.now + duration
        let group = DispatchGroup()
        let shared = Shared()
        for thread in 0..<Self.threads {
            group.enter()
            Thread.detachNewThread {
                var number = 0
                while number % 100 > 0 || ContinuousClock.now < end {
                    if !round(thread, number) { shared.isRight.store(false, ordering: .relaxed) }
                    number += 1
                }
                shared.rounds.wrappingAdd(number, ordering: .relaxed)
                group.leave()
            }
        }
        while group.wait(timeout: .now()) == .timedOut { scrape() }
        return shared.isRight.load(ordering: .relaxed) ? shared.rounds.load(ordering: .relaxed) : nil
    }

    private func scrape() {
        registry.write(as: .openMetrics) { _ in }
        registry.write(as: .protobuf) { _ in }
    }

    private final class Shared: Sendable {
        let isRight = Atomic(true)
        let rounds = Atomic(0)
    }

    /// Handles that a thread keeps while others remove their children, and the totals that they must have.
    private final class Kept: Sendable {
        private let children = Mutex<[(counter: Counter, total: Int)]>([])

        /// Keeps a child that only one thread increments. Now and then releases all, and returns whether they were right.
        func keep(_ child: Counter) -> Bool {
            children.withLock { children in
                children.append((child, child.value))
                guard children.count == 200 else { return true }
                defer { children = [] }
                return children.allSatisfy { $0.counter.value >= $0.total }
            }
        }
    }

    private static func removal() -> Churn {
        let registry = MetricRegistry(ownMetrics: false)
        let texts = Family<Text, Counter>("texts_total", help: "", maxChildren: 5_000, in: registry)
        let kept = (0..<threads).map { _ in Kept() }
        return Churn(
            name: "removal",
            round: { thread, round in
                let mine = Text(text: "\(thread) kept")
                let before = texts[mine]
                let total = before.value
                texts.increment(for: Text(text: "\((thread + 1) % threads) \(round % 300)"))
                texts.increment(for: mine)
                texts.remove(Text(text: "\(thread) \(round % 300)"))
                if round % 5_000 == 4_999 { texts.removeAll() }
                // The handle keeps the child, so that it comes back as the same one.
                texts.increment(for: mine)
                let isSame = before.value == total + 2
                return kept[thread].keep(texts[Text(text: "\(thread) \(round % 300)")]) && isSame
            },
            registry: registry
        )
    }

    /// So many children at once that pages are rewritten and indexes are given up.
    private static func compaction() -> Churn {
        let registry = MetricRegistry(ownMetrics: false)
        let texts = Family<Text, Counter>("texts_total", help: "", maxChildren: 50_000, in: registry)
        let kept = (0..<threads).map { _ in Kept() }
        return Churn(
            name: "compaction",
            round: { thread, round in
                let text = Text(text: "\(thread) \(round % 3_000)")
                texts.increment(for: text)
                texts.increment(for: Text(text: "\((thread + 1) % threads) \(round % 3_000)"))
                var isRight = true
                if round % 100 == 0 { isRight = kept[thread].keep(texts[text]) }
                if round % 3_000 >= 1_500 { texts.remove(Text(text: "\(thread) \(round % 3_000 - 1_500)")) }
                return isRight
            },
            registry: registry
        )
    }

    private static func expiry() -> Churn {
        let registry = MetricRegistry(clock: RunningClock(), ownMetrics: false)
        let idle = Family<Text, Gauge>("idle", help: "", maxChildren: 5_000, idleTimeout: .seconds(3_000), in: registry)
        return Churn(
            name: "expiry",
            round: { thread, round in
                idle[Text(text: "\(thread) \(round)")].set(1)
                idle.set(1, for: Text(text: "\(round & 63)"))
                return true
            },
            registry: registry
        )
    }

    /// Families whose last copy goes while their registry stays, and the other way round.
    private static func registration() -> Churn {
        let registry = MetricRegistry(ownMetrics: false)
        return Churn(
            name: "registration and the family's end",
            round: { thread, round in
                let text = Text(text: "\(round & 7)")
                Family<Text, Counter>("short_total", help: "", in: MetricRegistry(ownMetrics: false)).increment(
                    for: text
                )
                let family = Family<Text, Counter>("long_total", help: "", in: registry)
                family.increment(for: text)
                let child = family[text]
                if round % 13 == thread { registry.unregister("long_total") }
                child.increment()
                return child.value > 0
            },
            registry: registry
        )
    }

    /// Children whose octaves are allocated, moved and freed while threads count and scrape.
    private static func natives() -> Churn {
        let registry = MetricRegistry(clock: RunningClock(), ownMetrics: false)
        let texts = Family<Text, Histogram>("texts", help: "", native: .standard, maxChildren: 5_000, in: registry)
        let idle = Family<Text, Histogram>(
            "idle",
            help: "",
            native: .standard,
            maxChildren: 5_000,
            idleTimeout: .seconds(3_000),
            in: registry
        )
        return Churn(
            name: "native histograms",
            round: { thread, round in
                let mine = texts[Text(text: "\(thread) kept")]
                let before = mine.count
                let value = Double(round % 1_000) - 500
                mine.observe(value)
                texts.observe(value, for: Text(text: "\((thread + 1) % threads) \(round % 300)"))
                texts[Text(text: "\(thread) \(round % 300)")].observe(.milliseconds(round % 100))
                texts.remove(Text(text: "\(thread) \(round % 300)"))
                if round % 5_000 == 4_999 { texts.removeAll() }
                idle.observe(value, for: Text(text: "\(thread) \(round)"))
                idle.observe(0, for: Text(text: "\(round & 63)"))
                // The handle keeps the child, so that it comes back as the same one.
                texts.observe(value, for: Text(text: "\(thread) kept"))
                return mine.count == before + 2
            },
            registry: registry
        )
    }

    private static func closedSets() -> Churn {
        let registry = MetricRegistry(ownMetrics: false)
        let flags = Family<Flags, Histogram>("flags", help: "", buckets: .latency, in: registry)
        let sides = Family<Side, StateSet<State>>("sides", help: "", in: registry)
        return Churn(
            name: "closed label sets",
            round: { thread, round in
                let flag = Flags(one: round & 1 == 0, two: round & 2 == 0)
                flags[flag].observe(1)
                flags.observe(.seconds(1), for: flag)
                if round % 7 == 0 { flags.remove(flag) }
                sides[.left].set(.on)
                sides.set(.on, for: .right)
                if round % 11 == 0 { sides.removeAll() }
                return true
            },
            registry: registry
        )
    }
}

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
