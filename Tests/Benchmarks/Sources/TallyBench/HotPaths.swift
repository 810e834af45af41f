import Foundation
import Synchronization
import Tally

/// The operations that request handlers call.
final class HotPaths: Sendable {
    let raw = Atomic<UInt64>(0)
    let counter: Counter
    let contended: Counter
    let gauge: Gauge
    let contendedGauge: Gauge
    let histogram: Histogram
    let contendedHistogram: Histogram
    let native: Histogram
    let contendedNative: Histogram
    let directions: Family<Direction, Counter>
    let routes: Family<Route, Counter>
    let paths: Family<Path, Counter>
    let numbers: Family<Number, Counter>
    let contendedNumbers: Family<Number, Counter>
    let phase: StateSet<Route.Outcome>

    init() {
        let registry = MetricRegistry()
        counter = Counter("counter_total", help: "A counter.", in: registry)
        contended = Counter("contended_total", help: "A contended counter.", contended: true, in: registry)
        gauge = Gauge("gauge", help: "A gauge.", in: registry)
        contendedGauge = Gauge("contended_gauge", help: "A gauge.", contended: true, in: registry)
        histogram = Histogram("histogram_seconds", help: "A histogram.", in: registry)
        contendedHistogram = Histogram("contended_seconds", help: "A histogram.", contended: true, in: registry)
        native = Histogram("native_seconds", help: "A histogram.", native: .standard, in: registry)
        contendedNative = Histogram(
            "contended_native_seconds",
            help: "A histogram.",
            native: .standard,
            contended: true,
            in: registry
        )
        directions = Family("directions_total", help: "By direction.", in: registry)
        routes = Family("routes_total", help: "By route.", in: registry)
        paths = Family("paths_total", help: "By path.", in: registry)
        numbers = Family("numbers_total", help: "By number.", in: registry)
        contendedNumbers = Family("contended_numbers_total", help: "By number.", contended: true, in: registry)
        phase = StateSet("phase", help: "A state.", in: registry)
    }

    static let count = 20_000_000
    private static let cores = ProcessInfo.processInfo.activeProcessorCount
    private static let values = (0..<64).map { Double(($0 * 37) % 64) / 20 }

    func rawAdd() -> Sample {
        measure(Self.count) { count in for _ in 0..<count { raw.wrappingAdd(1, ordering: .relaxed) } }
    }

    func increments() -> [Row] {
        let child = routes[Route(method: .get, outcome: .ok)]
        let reference = rawAdd()
        let bound = measure(Self.count) { count in for _ in 0..<count { counter.increment() } }
        let boundChild = measure(Self.count) { count in for _ in 0..<count { child.increment() } }
        let amounts = measure(Self.count) { count in for index in 0..<count { counter.increment(by: index & 7) } }
        return [
            row(RowName.increment, bound, atMost: 1.15, times: reference, "raw atomic add"),
            row(RowName.incrementChild, boundChild, atMost: 1.15, times: reference, "raw atomic add"),
            row(RowName.incrementByAmount, amounts, atMost: 1.15, times: reference, "raw atomic add"),
        ]
    }

    func lookups() -> [Row] {
        let enums = measure(Self.count) { count in
            for index in 0..<count { directions[index & 1 == 0 ? .phoneToBinary : .binaryToPhone].increment() }
        }
        let structs = measure(Self.count) { count in
            for index in 0..<count { routes[Route(method: index & 1 == 0 ? .get : .post, outcome: .ok)].increment() }
        }
        let strings = ["/api/v1/users", "/api/v1/users/settings"]
        let withString = measure(Self.count / 4) { count in
            for index in 0..<count { paths[Path(method: .get, path: strings[index & 1])].increment() }
        }
        return [
            row(RowName.lookupByEnum, enums, atMost: 5, "≤ 5 ns"),
            row(RowName.lookupByEnums, structs, atMost: 25, "≤ 25 ns"),
            row(RowName.lookupByString, withString, atMost: 60, "≤ 60 ns"),
        ]
    }

    func observations() -> [Row] {
        let values = Self.values
        let doubles = measure(Self.count) { count in
            for index in 0..<count { histogram.observe(values[index & 63]) }
        }
        let durations = measure(Self.count) { count in
            for index in 0..<count { histogram.observe(.microseconds(index & 4095)) }
        }
        let nativeDoubles = measure(Self.count) { count in
            for index in 0..<count { native.observe(values[index & 63]) }
        }
        let nativeDurations = measure(Self.count) { count in
            for index in 0..<count { native.observe(.microseconds(index & 4095)) }
        }
        let gauges = measure(Self.count) { count in for index in 0..<count { gauge.set(Double(index)) } }
        let clock = ContinuousClock()
        let timedByHand = measure(Self.count / 20) { count in
            for _ in 0..<count {
                let start = clock.now
                histogram.observe(start.duration(to: clock.now))
            }
        }
        let timed = measure(Self.count / 20) { count in for _ in 0..<count { histogram.time {} } }
        let states: [Route.Outcome] = [.ok, .clientError, .serverError]
        let sets = measure(Self.count) { count in for index in 0..<count { phase.set(states[index % 3]) } }
        return [
            row("set a state of three", sets, atMost: 20, "≤ 20 ns"),
            row(RowName.observe, doubles, atMost: 7, "≤ 7 ns"),
            row("observe a Duration, 11 buckets", durations),
            row("observe a number, native buckets", nativeDoubles, atMost: 10, "≤ 10 ns"),
            row("observe a Duration, native buckets", nativeDurations, beside: (durations, "11 buckets")),
            row(RowName.set, gauges, atMost: 1, "≤ 1 ns"),
            row(RowName.time, timed, atMost: 1.1, times: timedByHand, "two clock reads, observe"),
        ]
    }

    func contention(threads: Int) -> [Row] {
        let alone = measure(Self.count) { [self] count in for _ in 0..<count { contended.increment() } }
        var rows = [row(RowName.contended(threads: 1), alone, atMost: 1.3, times: rawAdd(), "raw atomic add")]
        for threads in Set([2, 8, threads]).sorted() {
            let shared = measure(threads: threads, Self.count) { [self] _, count in
                for _ in 0..<count { counter.increment() }
            }
            let spread = measure(threads: threads, Self.count) { [self] _, count in
                for _ in 0..<count { contended.increment() }
            }
            rows.append(row(RowName.plain(threads: threads), shared, unit: "ns wall"))
            rows.append(
                row(
                    RowName.contended(threads: threads),
                    spread,
                    unit: "ns wall",
                    atMost: 1.3 / Double(min(threads, Self.cores)),
                    times: rawAdd(),
                    "raw atomic add"
                )
            )
        }
        return rows + neighbours() + shared()
    }

    /// The time of one thread, as in `Verbs`, where each of several works on `threads` things.
    private func each(_ threads: Int, _ count: Int, _ work: @escaping @Sendable (Int, Int) -> Void) -> Sample {
        measure(threads: threads, count, work).scaled(by: Double(min(threads, Self.cores)))
    }

    /// Bound children whose values share cache lines, unless they are contended, each incremented by a thread of its own.
    private func neighbours() -> [Row] {
        func rows(_ family: Family<Number, Counter>, _ name: (Int) -> String, atMost limit: Double?) -> [Row] {
            let children = (0..<8).map { family[Number(number: $0)] }
            let samples = [1, 2, 8].map { threads in
                each(threads, Self.count) { thread, count in
                    let child = children[thread]
                    for _ in 0..<count { child.increment() }
                }
            }
            return Self.rows(samples, name, atMost: limit)
        }
        return rows(numbers, RowName.neighbours, atMost: nil)
            + rows(contendedNumbers, { "\(RowName.neighbours(threads: $0)), contended" }, atMost: 1.3)
    }

    /// One histogram, and one gauge, that all threads use.
    private func shared() -> [Row] {
        let values = Self.values
        func observed(_ histogram: Histogram) -> [Sample] {
            [1, 2, 8].map { threads in
                each(threads, Self.count / 2) { _, count in
                    for index in 0..<count { histogram.observe(values[index & 63]) }
                }
            }
        }
        func added(_ gauge: Gauge) -> [Sample] {
            [1, 2, 8].map { threads in
                each(threads, Self.count / 2) { _, count in for _ in 0..<count { gauge.increment() } }
            }
        }
        return Self.rows(observed(histogram), RowName.observe, atMost: nil)
            + Self.rows(observed(contendedHistogram), { "\(RowName.observe(threads: $0)), contended" }, atMost: 1.3)
            + Self.rows(observed(native), RowName.observeNative, atMost: nil)
            + Self.rows(observed(contendedNative), { "\(RowName.observeNative(threads: $0)), contended" }, atMost: 1.3)
            + Self.rows(added(gauge), { "increment one gauge, \(RowName.atOnce($0))" }, atMost: nil)
            + Self.rows(added(contendedGauge), { "increment one gauge, \(RowName.atOnce($0)), contended" }, atMost: 1.3)
    }

    private static func rows(_ samples: [Sample], _ name: (Int) -> String, atMost limit: Double?) -> [Row] {
        zip([1, 2, 8], samples).map { threads, sample in
            guard threads > 1 else { return row(name(1), sample) }
            guard let limit else { return row(name(threads), sample, beside: (samples[0], "1 thread")) }
            return row(name(threads), sample, atMost: limit, times: samples[0], "1 thread")
        }
    }
}
