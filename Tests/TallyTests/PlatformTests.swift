import Foundation
import TallyTestSupport
import Testing

@testable import Tally

struct LockedTests {
    private final class Shared<Value: Sendable>: Sendable {
        let locked: Locked<Value>
        init(_ value: Value) { locked = Locked(value) }
        var value: Value { locked.withLock { $0 } }
    }

    @Test func oneThreadAtATimeHoldsTheLock() async throws {
        let total = Shared(0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for thread in 0..<8 {
                group.addTask {
                    try await onThread {
                        for round in 0..<10_000 {
                            if (thread + round) % 2 == 0 {
                                total.locked.withLock { $0 += 1 }
                            } else {
                                total.locked.withLockInTurn { $0 += 1 }
                            }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(total.value == 80_000)
    }

    /// Otherwise the thread that releases the lock takes it again nearly every time.
    @Test func aThreadThatWaitsPrecedesOneThatTakesTurns() async throws {
        let timesFirst = try await onThread {
            (0..<20).count { _ in
                let order = Shared<[String]>([])
                let isDone = DispatchSemaphore(value: 0)
                order.locked.withLock { _ in
                    Thread.detachNewThread {
                        order.locked.withLock { $0.append("waiting") }
                        isDone.signal()
                    }
                    while order.locked.waitingThreads == 0 { System.yield() }
                }
                order.locked.withLockInTurn { $0.append("in turn") }
                isDone.wait()
                return order.value == ["waiting", "in turn"]
            }
        }
        // Nearly always 20 without other load. Without turns, almost always 0.
        #expect(timesFirst > 2)
    }
}

extension LockedTests {
    #if DEBUG
    @Test func takingALockThatTheThreadHoldsTraps() async {
        await #expect(processExitsWith: .failure) {
            let lock = Locked(0)
            lock.withLock { _ in lock.withLock { _ in } }
        }
    }
    #endif
}

struct ElapsedClockTests {
    @Test func theContinuousClockAdvancesAsTheStandardLibraryReadsIt() {
        let clock = ElapsedClock(ContinuousClock())
        let outer = ContinuousClock.now
        let start = clock.now()
        let inner = ContinuousClock.now
        while ContinuousClock.now - inner < .milliseconds(1) {}
        let atLeast = ContinuousClock.now - inner
        let elapsed = clock.now() - start
        #expect(elapsed >= atLeast)
        #expect(elapsed <= ContinuousClock.now - outer)
        #expect(clock.isRealTime)
    }
}
