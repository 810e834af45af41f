import Tally
import TallyTesting

/// A manual clock that exposes its sleepers' deadlines, so that a test advances it once the tested code sleeps.
final class WatchedClock: Clock, Sendable {
    typealias Duration = Swift.Duration
    typealias Instant = ManualClock.Instant

    private struct State {
        var number = 0
        var deadlines: [Int: Duration] = [:]
        var waiters: [(deadline: Duration, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let clock = ManualClock()
    private let state = Locked(State())

    var now: Instant { clock.now }
    var minimumResolution: Duration { clock.minimumResolution }

    func advance(by duration: Duration) {
        clock.advance(by: duration)
    }

    /// The number of current sleepers.
    var sleepers: Int { state.withLock { $0.deadlines.count } }

    func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        let number = state.withLock { state in
            state.number += 1
            return state.number
        }
        defer { state.withLock { _ = $0.deadlines.removeValue(forKey: number) } }
        try await withTaskCancellationHandler {
            let reached = state.withLock { state -> [CheckedContinuation<Void, Never>] in
                // A cancelled sleep, such as the deadline of an ended tick, is not recorded. The handler below runs
                // after the task is marked as cancelled, so one of the two sees the other.
                guard !Task.isCancelled else { return [] }
                state.deadlines[number] = deadline.offset
                let reached = state.waiters.filter { $0.deadline == deadline.offset }.map(\.continuation)
                state.waiters.removeAll { $0.deadline == deadline.offset }
                return reached
            }
            for continuation in reached { continuation.resume() }
            try await clock.sleep(until: deadline)
        } onCancel: {
            state.withLock { _ = $0.deadlines.removeValue(forKey: number) }
        }
    }

    /// Waits until a sleeper has this deadline.
    func asleep(until deadline: Duration) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isAsleep = state.withLock { state in
                    let isAsleep = state.deadlines.values.contains(deadline) || Task.isCancelled
                    if !isAsleep { state.waiters.append((deadline, continuation)) }
                    return isAsleep
                }
                if isAsleep { continuation.resume() }
            }
        } onCancel: {
            // The test's time limit has passed: it must fail, not hang.
            let waiters = state.withLock { state in
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.continuation.resume() }
        }
    }
}
