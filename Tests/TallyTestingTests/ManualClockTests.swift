import Foundation
import Synchronization
import Tally
import TallyTesting
import Testing

/// State that the tasks and threads of a test share.
private final class Shared: Sendable {
    let woken = Locked<[Int]>([])
    let wakings = Atomic(0)
    let isOver = Atomic(false)
}

@Suite(.timeLimit(.minutes(5)))
struct ManualClockTests {
    let clock = ManualClock()

    @Test func theClockMovesOnlyWhenAdvanced() {
        let start = clock.now
        #expect(clock.now == start)
        clock.advance(by: .seconds(5))
        #expect(start.duration(to: clock.now) == .seconds(5))
        clock.advance(by: .seconds(-7))
        #expect(start.duration(to: clock.now) == .seconds(-2))
        clock.advance(to: start)
        #expect(clock.now == start)
    }

    @Test func extremeDurationsSaturate() {
        let longest = Duration(attoseconds: .max)
        let shortest = Duration(attoseconds: .min)
        clock.advance(by: longest)
        clock.advance(by: longest)
        #expect(clock.now.offset == longest)
        #expect(clock.now.advanced(by: .nanoseconds(1)) == clock.now)
        let end = clock.now
        clock.advance(to: ManualClock.Instant(offset: shortest))
        clock.advance(by: shortest)
        #expect(clock.now.offset == shortest)
        #expect(clock.now.duration(to: end) == longest)
        #expect(end.duration(to: clock.now) == shortest)
    }

    @Test func aSleeperWakesAtItsDeadlineAndNotBefore() async throws {
        let clock = clock
        let deadline = clock.now.advanced(by: .seconds(5))
        let sleeper = Task { try await clock.sleep(until: deadline) }
        try await clock.waitForSleepers(1)
        clock.advance(by: .seconds(4))
        #expect(clock.sleeperCount == 1)
        clock.advance(by: .seconds(1))
        #expect(clock.sleeperCount == 0)
        try await sleeper.value
    }

    @Test func aSleeperIsToldFromOthersByItsDeadline() async throws {
        let clock = clock
        let (timeout, next) = (clock.now.advanced(by: .seconds(2)), clock.now.advanced(by: .seconds(15)))
        let shared = Shared()
        let timer = Task { try await clock.sleep(until: timeout) }
        try await clock.waitForSleeper(until: timeout)
        let watcher = Task {
            try await clock.waitForSleeper(until: next)
            shared.isOver.store(true, ordering: .sequentiallyConsistent)
            clock.advance(to: next)
        }
        let isEarly = shared.isOver.load(ordering: .sequentiallyConsistent)
        #expect(!isEarly)
        // Both wake, because the watcher moves the clock once it has found the second.
        let sleeper = Task { try await clock.sleep(until: next) }
        try await sleeper.value
        try await timer.value
        try await watcher.value
        let never = next.advanced(by: .seconds(1))
        let waiter = Task { try await clock.waitForSleeper(until: never) }
        waiter.cancel()
        await #expect(throws: CancellationError.self) { try await waiter.value }
    }

    @Test func sleepingUntilThePastReturnsAtOnce() async throws {
        try await clock.sleep(until: clock.now)
        try await clock.sleep(until: clock.now.advanced(by: .seconds(-1)))
        try await clock.sleep(until: ManualClock.Instant(offset: Duration(attoseconds: .min)))
        #expect(clock.sleeperCount == 0)
    }

    @Test @MainActor func sleepersWakeInTheOrderOfTheirDeadlines() async throws {
        let clock = clock
        let shared = Shared()
        var sleepers: [Task<Void, any Error>] = []
        for (number, seconds) in [3, 1, 2, 1].enumerated() {
            sleepers.append(
                Task { @MainActor in
                    try await clock.sleep(until: ManualClock.Instant(offset: .seconds(seconds)))
                    shared.woken.withLock { $0.append(seconds * 10 + number) }
                }
            )
            // One after the other, so that the two with equal deadlines have an order too.
            try await clock.waitForSleepers(number + 1)
        }
        // Step by step, because the order of sleepers within a step depends on the threads.
        var woken: [Set<Int>] = []
        for due in [[1, 3], [2], [0]] {
            clock.advance(by: .seconds(1))
            for number in due { try await sleepers[number].value }
            woken.append(Set(shared.woken.withLock { $0 }))
        }
        #expect(woken == [[11, 13], [11, 13, 22], [11, 13, 22, 30]])
    }

    @Test func movingTheClockBackWakesNoSleeper() async throws {
        let clock = clock
        let sleeper = Task { try await clock.sleep(until: ManualClock.Instant(offset: .seconds(1))) }
        try await clock.waitForSleepers(1)
        clock.advance(by: .seconds(-5))
        #expect(clock.sleeperCount == 1)
        clock.advance(to: ManualClock.Instant(offset: .seconds(1)))
        try await sleeper.value
    }

    @Test func aCancelledSleeperWakesAtOnceWithAnError() async throws {
        let clock = clock
        let sleeper = Task { try await clock.sleep(for: .seconds(5)) }
        try await clock.waitForSleepers(1)
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
        #expect(clock.sleeperCount == 0)
        clock.advance(by: .seconds(5))
    }

    @Test func anAlreadyCancelledTaskDoesNotSleep() async throws {
        let clock = clock
        let sleeper = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await clock.sleep(for: .seconds(5))
        }
        await #expect(throws: CancellationError.self) { try await sleeper.value }
        let watcher = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await clock.waitForSleepers(1)
        }
        await #expect(throws: CancellationError.self) { try await watcher.value }
        #expect(clock.sleeperCount == 0)
    }

    @Test func waitingForSleepersEndsWhenThereAreEnough() async throws {
        let clock = clock
        try await clock.waitForSleepers(0)
        let watchers = [1, 2, 3].map { count in Task { try await clock.waitForSleepers(count) } }
        let sleepers = (0..<3).map { _ in Task { try await clock.sleep(for: .seconds(1)) } }
        for watcher in watchers { try await watcher.value }
        #expect(clock.sleeperCount == 3)
        clock.advance(by: .seconds(1))
        for sleeper in sleepers { try await sleeper.value }
    }

    @Test func cancellingATaskEndsItsWaitForSleepers() async throws {
        let clock = clock
        let watcher = Task { try await clock.waitForSleepers(1) }
        watcher.cancel()
        await #expect(throws: CancellationError.self) { try await watcher.value }
    }

    /// Tasks that sleep again and again, cancelled at random, while threads move the clock.
    @Test func noSleeperIsLostWhileThreadsMoveTheClock() async throws {
        let clock = clock
        let shared = Shared()
        let movers = (0..<2).map { _ in
            let ended = DispatchSemaphore(value: 0)
            Thread.detachNewThread {
                while !shared.isOver.load(ordering: .relaxed) { clock.advance(by: .nanoseconds(3)) }
                ended.signal()
            }
            return ended
        }
        await withTaskGroup { group in
            for number in 0..<64 {
                group.addTask {
                    let task = Task {
                        for round in 0..<100 {
                            try await clock.sleep(for: .nanoseconds(round % 7))
                            shared.wakings.add(1, ordering: .relaxed)
                        }
                    }
                    if number % 4 == 0 { task.cancel() }
                    _ = await task.result
                }
            }
        }
        shared.isOver.store(true, ordering: .relaxed)
        for mover in movers { mover.wait() }
        #expect(shared.wakings.load(ordering: .relaxed) >= 48 * 100)
        #expect(clock.sleeperCount == 0)
    }
}
