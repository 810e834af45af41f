import Foundation
import Tally
import Testing

@testable import TallyHealthcheck

@Suite(.timeLimit(.minutes(5)))
struct ThreadTests {
    /// Records the threads that visit it, and the most at one time.
    private final class Witness: Sendable {
        private let state = Locked((threads: Set<ObjectIdentifier>(), inside: 0, most: 0))

        func visit() {
            let thread = ObjectIdentifier(Thread.current)
            state.withLock { state in
                state.threads.insert(thread)
                state.inside += 1
                state.most = max(state.most, state.inside)
            }
            sched_yield()
            state.withLock { $0.inside -= 1 }
        }

        var threads: Int { state.withLock { $0.threads.count } }
        var most: Int { state.withLock { $0.most } }
    }

    @Test func anExecutorRunsJobsOneAtATimeOnOneThread() async {
        let executor = ThreadExecutor()
        let witness = Witness()
        await withTaskGroup { group in
            for _ in 0..<100 {
                group.addTask(executorPreference: executor) {
                    for _ in 0..<10 {
                        witness.visit()
                        await Task.yield()
                    }
                }
            }
        }
        #expect(witness.threads == 1)
        #expect(witness.most == 1)
    }

    @Test func wakeupsFireInOrderUnlessCancelled() async {
        let start = ContinuousClock.now
        let thread = DeadlineThread { start.duration(to: .now) }
        let (called, call) = AsyncStream.makeStream(of: Int.self)
        // Holds the thread until all are requested, and one is cancelled.
        let gate = Gate()
        _ = thread.wake(after: .zero) { gate.block() }
        _ = thread.wake(after: .milliseconds(60)) { call.yield(3) }
        let cancelled = thread.wake(after: .milliseconds(30)) { call.yield(2) }
        _ = thread.wake(after: .milliseconds(1)) { call.yield(1) }
        _ = thread.wake(after: .milliseconds(90)) { call.finish() }
        cancelled?.cancel()
        gate.open()
        var order: [Int] = []
        for await number in called { order.append(number) }
        #expect(order == [1, 3])
        #expect(start.duration(to: .now) >= .milliseconds(90))
    }

    @Test func wakeupsWithTheSameTimeFireInRequestOrder() async {
        let thread = DeadlineThread { .zero }
        let (called, call) = AsyncStream.makeStream(of: Int.self)
        let gate = Gate()
        _ = thread.wake(after: .zero) { gate.block() }
        for number in 0..<50 { _ = thread.wake(after: .zero) { call.yield(number) } }
        _ = thread.wake(after: .zero) { call.finish() }
        gate.open()
        var order: [Int] = []
        for await number in called { order.append(number) }
        #expect(order == Array(0..<50))
    }

    #if os(Linux)
    /// The thread sanitizer ends a process in which it cannot allocate memory.
    private static let isUnderThreadSanitizer = dlsym(nil, "__tsan_init") != nil

    /// Runs in a separate process, which is then short of memory. Every wakeup that is returned must fire.
    @Test(.enabled(if: !isUnderThreadSanitizer, "needs a process that can be short of memory"))
    func noWakeupIsReturnedUnlessAThreadCanFireIt() async {
        await #expect(processExitsWith: .success) {
            let start = ContinuousClock.now
            let threads = (0..<2_000).map { _ in DeadlineThread { start.duration(to: .now) } }
            let gate = Gate()
            let counts = Locked((promised: 0, called: 0, done: 0))
            for _ in 0..<4 {
                Thread.detachNewThread {
                    gate.block()
                    for thread in threads {
                        let wakeup = thread.wake(after: .zero) { counts.withLock { $0.called += 1 } }
                        if wakeup != nil { counts.withLock { $0.promised += 1 } }
                    }
                    counts.withLock { $0.done += 1 }
                }
            }
            while gate.waiting < 4 { sched_yield() }
            // Less than a thread's stack above the memory in use.
            let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[0]
            let limit = try #require(UInt(pages)) * UInt(getpagesize()) + 4 << 20
            var limits = rlimit(rlim_cur: limit, rlim_max: limit)
            #expect(setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limits) == 0)
            gate.open()
            while counts.withLock({ $0.done }) < 4 { sched_yield() }
            while counts.withLock({ $0.called < $0.promised }), start.duration(to: .now) < .seconds(600) {
                sched_yield()
            }
            #expect(counts.withLock { $0.called == $0.promised })
            #expect(counts.withLock { $0.promised } < 8_000, "every wakeup had a thread")
        }
    }
    #endif
}
