import Foundation
import Synchronization
import Tally

/// The cost of scrapes.
enum Scrapes {
    static let million = 1_000_000

    static func registry(_ indices: some Sequence<Int>, removing isRemoved: (Int) -> Bool = { _ in false })
        -> MetricRegistry
    {
        let registry = MetricRegistry(ownMetrics: false)
        let family = Family<User, Counter>(
            "requests_by_user_total",
            help: "Requests.",
            maxChildren: million,
            in: registry
        )
        for index in indices { family[.numbered(index)].increment(by: index) }
        for index in indices where isRemoved(index) { family.remove(.numbered(index)) }
        return registry
    }

    /// Streams the registry, and returns the number of bytes.
    @discardableResult
    static func stream(_ registry: MetricRegistry, as format: ExpositionFormat = .prometheusText) -> Int {
        var bytes = 0
        registry.write(as: format) { bytes += $0.count }
        return bytes
    }

    /// The time of `memcpy` for this many bytes through a warm buffer of 64 KiB.
    static func copy(_ bytes: Int) -> Sample {
        let source = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        let target = UnsafeMutableRawPointer.allocate(byteCount: 64 * 1024, alignment: 64)
        defer {
            source.deallocate()
            target.deallocate()
        }
        memset(source, 65, bytes)
        return measureOnce {
            var offset = 0
            while offset < bytes {
                let length = min(64 * 1024, bytes - offset)
                memcpy(target, source + offset, length)
                offset += length
            }
        }
    }

    static func text() -> [Row] {
        var generator = SystemRandomNumberGenerator()
        let ordered = registry(0..<million)
        var rows = [textRow(RowName.text1M, ordered)]
        // The better of two measurements is the fairer reference for a row further down.
        let again = measureOnce { stream(ordered) }.inMilliseconds
        let text = again.best < rows[0].value ? again : Sample([rows[0].value, rows[0].median, rows[0].median])
        let json = measureOnce { stream(ordered, as: .json) }
        rows.append(
            row(
                "JSON of 1 M counters, streamed",
                json.inMilliseconds,
                unit: "ms",
                atMost: 4,
                times: text,
                "the text"
            )
        )
        let protobuf = measureOnce { stream(ordered, as: .protobuf) }
        rows.append(
            row(
                "protobuf of 1 M counters, streamed",
                protobuf.inMilliseconds,
                unit: "ms",
                atMost: 1.5,
                times: text,
                "the text"
            )
        )
        rows.append(
            textRow("the same, created in shuffled order", registry(Array(0..<million).shuffled(using: &generator)))
        )
        rows.append(textRow("the same, a tenth of them removed", registry(0..<million) { $0 % 10 == 3 }))
        rows.append(
            textRow("the same, a random tenth removed", registry(0..<million) { ($0 &* 0x9E37_79B9 >> 7) % 10 == 0 })
        )
        // Without a target, because the reference copies the text from the cache.
        let tenth = registry(0..<million / 10)
        let tenthText = measureOnce { stream(tenth) }.inMilliseconds
        let tenthCopy = copy(stream(tenth)).inMilliseconds
        rows.append(row(RowName.text100k, tenthText, unit: "ms", beside: (tenthCopy, "memcpy")))
        let small = registry(0..<1000)
        let smallText = measure(1000) { count in for _ in 0..<count { stream(small) } }
        rows.append(row(RowName.text1k, smallText.scaled(by: 1e-3), unit: "µs", atMost: 15, "≤ 15 µs"))
        return rows
    }

    private static func textRow(_ name: String, _ registry: MetricRegistry) -> Row {
        let text = measureOnce { stream(registry) }
        let bytes = stream(registry)
        return row(name, text.inMilliseconds, unit: "ms", atMost: 2, times: copy(bytes).inMilliseconds, "memcpy")
    }

    static func registration() -> [Row] {
        func each(_ count: Int) -> Sample {
            Sample(
                (0..<3).map { _ in
                    let labels = (0..<count).map(User.numbered)
                    let registry = MetricRegistry(ownMetrics: false)
                    let family = Family<User, Counter>(
                        "requests_by_user_total",
                        help: "R.",
                        maxChildren: count,
                        in: registry
                    )
                    return ContinuousClock().measure { for label in labels { _ = family[label] } }.nanoseconds
                        / Double(count)
                }
            )
        }
        let tenth = each(million / 10)
        let all = each(million)
        return [
            row(RowName.register100k, tenth, atMost: 1000, "≤ 1 µs"),
            row(RowName.register1M, all, atMost: 1000, "≤ 1 µs"),
        ]
    }

    /// The time of single increments, with and without a concurrent scrape of a million series.
    static func interference() -> [Row] {
        let registry = registry(0..<million)
        let counter = Counter("counter_total", help: "A counter.", in: registry)
        let alone = percentile(counter)
        let isOver = Holder(false)
        let thread = Thread { while !isOver.value { stream(registry) } }
        thread.start()
        let during = percentile(counter)
        isOver.value = true
        return [
            row("increment, p99.9, no scrape", Sample([alone]), atMost: 1000, "≤ 1 µs"),
            row("increment, p99.9, during scrapes of 1 M series", Sample([during]), atMost: 1000, "≤ 1 µs"),
        ]
    }

    private static func percentile(_ counter: Counter) -> Double {
        var times: [Double] = []
        times.reserveCapacity(2_000_000)
        let clock = ContinuousClock()
        var last = clock.now
        for _ in 0..<2_000_000 {
            counter.increment()
            let now = clock.now
            times.append(last.duration(to: now).nanoseconds)
            last = now
        }
        times.sort()
        return times[times.count * 999 / 1000]
    }

    final class Holder: Sendable {
        private let state: Atomic<Bool>
        init(_ value: Bool) { state = Atomic(value) }
        var value: Bool {
            get { state.load(ordering: .relaxed) }
            set { state.store(newValue, ordering: .relaxed) }
        }
    }
}

extension Sample {
    var inMilliseconds: Sample { scaled(by: 1e-6) }
}
