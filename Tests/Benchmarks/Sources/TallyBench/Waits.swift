import Foundation
import Synchronization
import Tally

/// The longest wait of a lookup while the family is scraped, expires children, or frees memory.
///
/// The wall time of single lookups, minus the time for which the scheduler kept this thread and the other one waiting,
/// which dominates on a shared machine. Other threads still disturb, as the first row shows, so a row is the least of
/// several runs' longest. The process keeps its freed memory, because the first use of memory that a virtual machine's
/// host has yet to provide takes up to a millisecond.
enum Waits {
    /// A clock that only the benchmark advances, so that children expire on request.
    final class StillClock: Clock, Sendable {
        struct Instant: InstantProtocol {
            var offset: Duration
            func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
            func duration(to other: Instant) -> Duration { other.offset - offset }
            static func < (one: Instant, other: Instant) -> Bool { one.offset < other.offset }
        }
        private let seconds = Atomic<Int>(0)
        var now: Instant { Instant(offset: .seconds(seconds.load(ordering: .relaxed))) }
        var minimumResolution: Duration { .seconds(1) }
        func sleep(until deadline: Instant, tolerance: Duration?) async throws {}
        func advance(by seconds: Int) { self.seconds.wrappingAdd(seconds, ordering: .relaxed) }
    }

    /// A closed label set of a million values.
    struct Bytes: LabelSet {
        var a: UInt8
        var b: UInt8
        var c: UInt8
        static let schema: [Label<Self>] = [Label("a", \.a), Label("b", \.b), Label("c", \.c)]

        static func numbered(_ index: Int) -> Bytes {
            Bytes(a: UInt8(index % 100), b: UInt8(index / 100 % 100), c: UInt8(index / 10_000))
        }
    }

    private static let million = Scrapes.million
    private static let runs = 3

    static let argument = "--measure-waits"

    static func rows() throws -> [Row] {
        try JSONDecoder().decode([Row].self, from: outputOfThisProgram(argument))
    }

    static func measured() throws -> [Row] {
        keepMemory()
        return [
            row("by text, beside a thread that works on other memory", beside()),
            row("by text, while all 1 M children are removed", text { $0.removeAll() }),
            row(
                "by text, while 700 k of 1 M are removed one by one",
                text { family in
                    for index in 0..<700_000 { family.remove(.numbered(index)) }
                }
            ),
            row("by text, while the last 300 k of 1 M children are made", made()),
            row("by text, in scrapes with a timeout that nothing reaches", try idle(expiring: false)),
            row("dynamic, in a scrape by which 1 M children have expired", try idle(expiring: true)),
            row("by enums, while all 1 M children are removed and made again", closed()),
            row("of active users, in scrapes of 1,000 children", try users()),
        ]
    }

    private static func row(_ name: String, _ longest: Sample) -> Row {
        let microseconds = longest.scaled(by: 1e-3)
        return Row(
            name: "longest lookup \(name), least of \(runs) runs",
            value: microseconds.best,
            median: microseconds.median,
            unit: "µs wall",
            target: "≤ 100 µs",
            met: microseconds.best <= 100
        )
    }

    /// Makes the allocator keep half a gigabyte that the host has provided. Glibc's module lacks `mallopt`.
    private static func keepMemory() {
        guard let function = dlsym(nil, "mallopt") else { return }
        let mallopt = unsafeBitCast(function, to: (@convention(c) (Int32, Int32) -> Int32).self)
        let (trimThreshold, mmapMax, arenaMax): (Int32, Int32, Int32) = (-1, -4, -8)
        _ = mallopt(trimThreshold, .max)
        _ = mallopt(mmapMax, 0)
        _ = mallopt(arenaMax, 1)
        let size = 1 << 29
        guard let memory = malloc(size) else { return }
        memset(memory, 1, size)
        free(memory)
    }

    // MARK: Families

    private static func beside() -> Sample {
        sample {
            let family = Family<User, Counter>("c_total", help: "", maxChildren: 2 * million, in: MetricRegistry())
            let user = User.numbered(0)
            let table = Array(0..<million)
            return (
                { family[user].increment() },
                {
                    // Steps through the memory in an order that no cache foresees.
                    var (index, sum) = (1, 0)
                    for _ in 0..<(20 * million) {
                        index = (index &* 5 &+ 77) % million
                        sum &+= table[index]
                    }
                    precondition(sum != 0)
                }
            )
        }
    }

    private static func text(_ work: @escaping @Sendable (Family<User, Counter>) -> Void) -> Sample {
        sample {
            let family = Family<User, Counter>("c_total", help: "", maxChildren: 2 * million, in: MetricRegistry())
            for index in 0..<million { _ = family[.numbered(index)] }
            let user = User.numbered(million - 1)
            return ({ family[user].increment() }, { work(family) })
        }
    }

    private static func made() -> Sample {
        sample {
            let family = Family<User, Counter>("c_total", help: "", maxChildren: 2 * million, in: MetricRegistry())
            for index in 0..<700_000 { _ = family[.numbered(index)] }
            let user = User.numbered(0)
            return ({ family[user].increment() }, { for index in 700_000..<million { _ = family[.numbered(index)] } })
        }
    }

    private static func idle(expiring: Bool) throws -> Sample {
        try sample {
            let clock = StillClock()
            let registry = MetricRegistry(clock: clock, ownMetrics: false)
            let family = try Counter.family(
                validating: "c_total",
                help: "",
                labelNames: ["shard", "user"],
                maxChildren: 2 * million,
                idleTimeout: .seconds(600),
                in: registry
            )
            for index in 0..<million {
                let user = User.numbered(index)
                _ = family[[user.shard, user.user]]
            }
            let labels = ["0001", "nobody"]
            family[labels].increment()
            return (
                { family[labels].increment() },
                {
                    for _ in 0..<(expiring ? 1 : 5) { Scrapes.stream(registry) }
                    if expiring {
                        clock.advance(by: 700)
                        family[labels].increment()
                        Scrapes.stream(registry)
                    }
                }
            )
        }
    }

    private static func closed() -> Sample {
        sample {
            let family = Family<Bytes, Counter>("c_total", help: "", maxChildren: 2 * million, in: MetricRegistry())
            for index in 0..<million { _ = family[.numbered(index)] }
            return (
                { family[.numbered(7)].increment() },
                {
                    family.removeAll()
                    for index in 0..<million { family[.numbered(index)].increment() }
                }
            )
        }
    }

    private static func users() throws -> Sample {
        try sample {
            let registry = MetricRegistry(ownMetrics: false)
            let family = try ActiveUsers.family(
                validating: "users",
                help: "",
                labelNames: ["n"],
                windows: [.minutes(5), .hours(1), .hours(24)],
                maxChildren: 2000,
                in: registry
            )
            for index in 0..<1000 { family[["\(index)"]].record("somebody") }
            let labels = ["7"]
            return (
                { _ = family[labels] },
                {
                    for index in 0..<100 {
                        Scrapes.stream(registry)
                        _ = family[["new \(index)"]]
                    }
                }
            )
        }
    }

    // MARK: Measuring

    private static func sample(
        _ prepare: () throws -> (lookup: () -> Void, work: @Sendable () -> Void)
    ) rethrows -> Sample {
        Sample(
            try (0..<runs).map { _ in
                let (lookup, work) = try prepare()
                return longest(lookup, during: work)
            }
        )
    }

    /// The state that the two threads of a run share.
    private final class Run: Sendable {
        /// The descriptor of the worker's file of scheduler delays.
        let worker = Atomic<Int32>(0)
        let hasBegun = Atomic(false)
        let isOver = Atomic(false)
        /// The worker's file disappears with its thread, so the worker waits for this.
        let isRead = Atomic(false)
    }

    /// The longest lookup of this thread while another one works, in nanoseconds.
    private static func longest(_ lookup: () -> Void, during work: @escaping @Sendable () -> Void) -> Double {
        lookup()
        let run = Run()
        Thread.detachNewThread {
            run.worker.store(SchedulerDelays.ofThisThread(), ordering: .releasing)
            while !run.hasBegun.load(ordering: .acquiring) { sched_yield() }
            work()
            run.isOver.store(true, ordering: .releasing)
            while !run.isRead.load(ordering: .acquiring) { sched_yield() }
        }
        while run.worker.load(ordering: .acquiring) == 0 { sched_yield() }
        let delays = SchedulerDelays(files: [SchedulerDelays.ofThisThread(), run.worker.load(ordering: .acquiring)])
        defer {
            delays.close()
            run.isRead.store(true, ordering: .releasing)
        }
        let clock = ContinuousClock()
        var longest = 0.0
        var before = delays.nanoseconds
        run.hasBegun.store(true, ordering: .releasing)
        while !run.isOver.load(ordering: .acquiring) {
            // Read often, so that little delay of other lookups is subtracted.
            for _ in 0..<32 {
                let start = clock.now
                lookup()
                let took = start.duration(to: clock.now).nanoseconds
                guard took > longest else { continue }
                let delayed = delays.nanoseconds
                longest = max(longest, took - (delayed - before))
                before = delayed
            }
            before = delays.nanoseconds
        }
        return longest
    }

    /// The time for which threads were ready to run but did not: https://docs.kernel.org/scheduler/sched-stats.html
    private struct SchedulerDelays {
        let files: [Int32]

        static func ofThisThread() -> Int32 { open("/proc/thread-self/schedstat", O_RDONLY) }

        func close() {
            for file in files where file >= 0 { Glibc.close(file) }
        }

        var nanoseconds: Double {
            files.reduce(0) { total, file in
                var text = [UInt8](repeating: 0, count: 96)
                let count = pread(file, &text, 95, 0)
                guard count > 0 else { return total }
                let words = String(decoding: text[..<count], as: UTF8.self).split(separator: " ")
                return total + (words.count > 1 ? Double(words[1]) ?? 0 : 0)
            }
        }
    }
}
