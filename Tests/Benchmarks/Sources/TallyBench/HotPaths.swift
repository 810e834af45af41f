import Dispatch
import Synchronization
import Tally

/// The operations that request handlers call.
final class HotPaths: Sendable {
    let raw = Atomic<UInt64>(0)
    let counter: Counter
    let contended: Counter
    let histogram: Histogram
    let directions: Family<Direction, Counter>
    let routes: Family<Route, Counter>
    let paths: Family<Path, Counter>
    let phase: StateSet<Route.Outcome>

    init() {
        let registry = MetricRegistry()
        counter = Counter("counter_total", help: "A counter.", in: registry)
        contended = Counter("contended_total", help: "A contended counter.", contended: true, in: registry)
        histogram = Histogram("histogram_seconds", help: "A histogram.", in: registry)
        directions = Family("directions_total", help: "By direction.", in: registry)
        routes = Family("routes_total", help: "By route.", in: registry)
        paths = Family("paths_total", help: "By path.", in: registry)
        phase = StateSet("phase", help: "A state.", in: registry)
    }

    static let count = 20_000_000

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
            row("increment, unlabelled", bound, atMost: 1.15, times: reference, "raw atomic add"),
            row("increment, bound child", boundChild, atMost: 1.15, times: reference, "raw atomic add"),
            row("increment by an amount", amounts, atMost: 1.15, times: reference, "raw atomic add"),
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
            row("lookup by an enum, and increment", enums, atMost: 5, "≤ 5 ns"),
            row("lookup by a struct of enums, and increment", structs, atMost: 25, "≤ 25 ns"),
            row("lookup by a struct with a String, and increment", withString, atMost: 60, "≤ 60 ns"),
        ]
    }

    func observations() -> [Row] {
        let values = (0..<64).map { Double(($0 * 37) % 64) / 20 }
        let doubles = measure(Self.count) { count in
            for index in 0..<count { histogram.observe(values[index & 63]) }
        }
        let durations = measure(Self.count) { count in
            for index in 0..<count { histogram.observe(.microseconds(index & 4095)) }
        }
        let states: [Route.Outcome] = [.ok, .clientError, .serverError]
        let sets = measure(Self.count) { count in for index in 0..<count { phase.set(states[index % 3]) } }
        return [
            row("set a state of three", sets, atMost: 20, "≤ 20 ns"),
            row("observe a number, 11 buckets", doubles, atMost: 7, "≤ 7 ns"),
            Row(
                name: "observe a Duration, 11 buckets",
                value: durations.best,
                median: durations.median,
                unit: "ns",
                target: ""
            ),
        ]
    }

    /// Wall time per operation, when each of `threads` threads performs `count` operations.
    private func onEveryCore(_ threads: Int, _ body: @escaping @Sendable (Int) -> Void) -> Sample {
        let count = Self.count
        let clock = ContinuousClock()
        return Sample(
            (0..<7).map { _ in
                clock.measure {
                    DispatchQueue.concurrentPerform(iterations: threads) { _ in body(count) }
                }.nanoseconds / Double(count * threads)
            }
        )
    }

    func contention(threads: Int) -> [Row] {
        let alone = measure(Self.count) { [self] count in for _ in 0..<count { contended.increment() } }
        let shared = onEveryCore(threads) { [self] count in for _ in 0..<count { counter.increment() } }
        let spread = onEveryCore(threads) { [self] count in for _ in 0..<count { contended.increment() } }
        return [
            row("contended counter, 1 thread", alone, atMost: 1.3, times: rawAdd(), "raw atomic add"),
            Row(
                name: "plain counter, \(threads) threads at once",
                value: shared.best,
                median: shared.median,
                unit: "ns wall",
                target: ""
            ),
            row(
                "contended counter, \(threads) threads at once",
                spread,
                unit: "ns wall",
                atMost: 1.3 / Double(threads),
                times: rawAdd(),
                "raw atomic add"
            ),
        ]
    }
}
