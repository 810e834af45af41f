import Dispatch
import Foundation
import TallyTestSupport
import Testing

@testable import Tally

/// Totals are exact while the registry is being scraped.
struct ConcurrencyTests {
    static let threads = 8
    static let rounds = 100_000

    /// Runs `body` on eight threads while the caller scrapes until they are done. Checks every exposition.
    private func hammer(
        _ registry: MetricRegistry,
        rounds: Int = rounds,
        check: (ParsedText) throws -> Void = { _ in },
        body: @escaping @Sendable (_ thread: Int, _ round: Int) -> Void
    ) throws {
        let done = DispatchGroup()
        for thread in 0..<Self.threads {
            done.enter()
            // Dedicated threads, because the tests themselves occupy the shared pools.
            Thread.detachNewThread {
                for round in 0..<rounds { body(thread, round) }
                done.leave()
            }
        }
        var scrapes = 0
        repeat {
            try check(try registry.parsed())
            _ = try JSONSerialization.jsonObject(with: Data(registry.exposition(as: .json).body))
            scrapes += 1
        } while done.wait(timeout: .now()) == .timedOut
        #expect(scrapes > 0)
    }

    /// Each scrape's messages add up, and no observation is lost.
    @Test(arguments: [false, true])
    func concurrentNativeObservationsAreExact(_ isContended: Bool) async throws {
        try await onThread {
            let registry = MetricRegistry()
            let alone = Histogram("alone", help: "", native: .standard, contended: isContended, in: registry)
            let both = Histogram(
                "both",
                help: "",
                buckets: [0.5, 2],
                native: NativeBuckets(schema: 0, maxBuckets: 16),
                contended: isContended,
                in: registry
            )
            var last: UInt64 = 0
            try hammer(
                registry,
                check: { text in
                    let body = registry.exposition(as: .protobuf).body
                    let seen = try ProtobufMessage.histogram("alone", in: body).whole(1) ?? 0
                    #expect(seen >= last)
                    last = seen
                    let message = try ProtobufMessage.histogram("both", in: body)
                    for bucket in try message.messages(3) {
                        #expect(bucket.whole(1) ?? .max <= message.whole(1) ?? 0)
                    }
                },
                body: { thread, round in
                    // The first rounds of all threads allocate the same lines.
                    let value = Double((round &+ thread) % 1000) - 500
                    alone.observe(value)
                    both.observe(value / 100)
                }
            )
            let body = registry.exposition(as: .protobuf).body
            for name in ["alone", "both"] {
                let message = try ProtobufMessage.histogram(name, in: body)
                #expect(message.whole(1) == UInt64(Self.threads * Self.rounds))
            }
            let message = try ProtobufMessage.histogram("alone", in: body)
            #expect(message.whole(7) == UInt64(Self.threads * Self.rounds / 1000))
            let negative = try message.buckets(spans: 9, deltas: 10).reduce(0) { $0 + $1.count }
            #expect(negative == Int64(Self.threads * Self.rounds / 2))
            #expect(alone.sum == -0.5 * Double(Self.threads * Self.rounds))
        }
    }

    @Test func concurrentCounterIncrementsAreNotLost() async throws {
        try await onThread {
            let registry = MetricRegistry()
            let counter = Counter("c_total", help: "C.", in: registry)
            let fractions = FloatCounter("f_total", help: "F.", in: registry)
            let contended = Counter("x_total", help: "X.", contended: true, in: registry)
            var last = 0.0
            try hammer(
                registry,
                check: { text in
                    let seen = Double(text["c_total"] ?? "") ?? -1
                    #expect(seen >= last)
                    last = seen
                },
                body: { _, round in
                    counter.increment()
                    counter.increment(by: round & 1)
                    fractions.increment(by: 0.5)
                    contended.increment()
                }
            )
            #expect(counter.value == Self.threads * Self.rounds * 3 / 2)
            #expect(fractions.value == Double(Self.threads * Self.rounds) / 2)
            #expect(contended.value == Self.threads * Self.rounds)
        }
    }

    @Test func concurrentGaugeUpdatesAreNotLost() async throws {
        try await onThread {
            let registry = MetricRegistry()
            let gauge = Gauge("g", help: "G.", in: registry)
            try hammer(registry) { _, _ in
                gauge.increment()
                gauge.withIncrement {}
            }
            #expect(gauge.value == Double(Self.threads * Self.rounds))
        }
    }

    @Test func histogramsAreConsistentInEveryScrape() async throws {
        try await onThread {
            let registry = MetricRegistry()
            let histogram = Histogram("h", help: "H.", buckets: [1, 2, 3], in: registry)
            try hammer(
                registry,
                check: { text in
                    let buckets = text.samples(of: "h_bucket").compactMap { Int($0.value) }
                    #expect(buckets.count == 4)
                    #expect(buckets == buckets.sorted())
                    #expect(text["h_count"] == buckets.last.map(String.init))
                },
                body: { _, round in
                    histogram.observe(Double(round % 5))
                }
            )
            #expect(histogram.count == Self.threads * Self.rounds)
            #expect(histogram.sum == Double(Self.threads * Self.rounds * 2))
        }
    }

    @Test func concurrentChildLookupsLoseNoIncrements() async throws {
        try await onThread {
            let registry = MetricRegistry()
            let open = Family<Path, Counter>("open_total", help: "O.", maxChildren: 100, in: registry)
            let closed = Family<Route, Counter>("closed_total", help: "C.", in: registry)
            let paths = (0..<200).map { Path(path: "/\($0)") }
            try hammer(registry, rounds: 20_000) { thread, round in
                open[paths[(round + thread * 31) % 200]].increment()
                closed[Route(method: round & 1 == 0 ? .get : .post, isCached: round & 2 == 0)].increment()
            }
            let text = try registry.parsed()
            #expect(open.count == 101)
            #expect(
                text.samples(of: "open_total").compactMap { Int($0.value) }.reduce(0, +) == Self.threads * 20_000
            )
            #expect(
                text.samples(of: "closed_total").compactMap { Int($0.value) }.reduce(0, +) == Self.threads * 20_000
            )
            #expect(closed.count == 4)
            open.core.storage._checkInvariants()
        }
    }

    @Test func childrenRemovedConcurrentlyAreNeitherLostNorDuplicated() async throws {
        try await onThread {
            let registry = MetricRegistry()
            let open = Family<Path, Counter>("open_total", help: "O.", maxChildren: 10_000, in: registry)
            let closed = Family<Route, Counter>("closed_total", help: "C.", in: registry)
            let held = open[Path(path: "/held")]
            let bound = closed[Route(method: .get, isCached: true)]
            // The strict parser rejects duplicate series.
            try hammer(registry, rounds: 20_000) { thread, round in
                let path = Path(path: "/\(thread)/\(round % 300)")
                open[path].increment()
                if round % 3 == 0 { open.remove(path) }
                if round % 5000 == 0 { open.removeAll() }
                held.increment()
                closed[Route(method: .get, isCached: true)].increment()
                if round % 7 == 0 { closed.remove(Route(method: .get, isCached: true)) }
            }
            #expect(held.value == Self.threads * 20_000)
            #expect(open[Path(path: "/held")].value == Self.threads * 20_000)
            #expect(bound.value == Self.threads * 20_000)
            #expect(closed[Route(method: .get, isCached: true)].value == Self.threads * 20_000)
            open.core.storage._checkInvariants()
        }
    }

    @Test func concurrentRegistrationsShareOneInstrument() async throws {
        try await onThread {
            let registry = MetricRegistry()
            try hammer(registry, rounds: 500) { _, round in
                Counter("c_total", help: "C.", in: registry).increment()
                Family<Direction, Counter>("d_total", help: "D.", in: registry)[.phoneToBinary].increment()
                if let counter = try? Counter(validating: "c\(round)_total", help: "C.", in: registry) {
                    counter.increment()
                }
            }
            let text = try registry.parsed()
            #expect(text["c_total"] == "\(Self.threads * 500)")
            #expect(text["d_total", ("direction", "phone_to_binary")] == "\(Self.threads * 500)")
            #expect(text["c499_total"] == "\(Self.threads)")
        }
    }
}
