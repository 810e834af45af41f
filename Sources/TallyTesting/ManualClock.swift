internal import Tally

/// A clock that moves only when it is told to, for tests of what depends on time.
///
/// ```swift
/// let clock = ManualClock()
/// let registry = MetricRegistry(clock: clock)
/// async let beat: Void = clock.sleep(until: clock.now.advanced(by: .seconds(5)))
/// try await clock.waitForSleepers(1)
/// clock.advance(by: .seconds(5))
/// try await beat
/// ```
///
/// Safe to use from several threads. No duration is too long for it: where a sum would pass what a `Duration` can hold,
/// it stops there.
public final class ManualClock: Clock, Sendable {
    /// The type of the clock's durations.
    public typealias Duration = Swift.Duration

    /// A moment, as the time since the clock was made.
    public struct Instant: InstantProtocol {
        /// The type of the distance between two instants.
        public typealias Duration = Swift.Duration

        /// The time since the clock's first instant.
        package var offset: Duration

        /// The moment that is so long after the clock's first one.
        package init(offset: Duration) {
            self.offset = offset
        }

        /// The moment a while later, at most the last one that there is.
        public func advanced(by duration: Duration) -> Instant { Instant(offset: offset.adding(duration)) }

        /// The time from this moment to another, at most as far as durations go.
        public func duration(to other: Instant) -> Duration { other.offset.since(offset) }

        /// True if an instant is before another.
        public static func < (one: Instant, two: Instant) -> Bool { one.offset < two.offset }
    }

    private typealias Continuation = CheckedContinuation<Void, any Error>

    private struct State {
        var now = Instant(offset: .zero)
        var sleepers: [UInt64: (deadline: Instant, continuation: Continuation)] = [:]
        var watchers: [UInt64: (count: Int, continuation: Continuation)] = [:]
        /// Of the sleeper or watcher that comes next.
        var number: UInt64 = 0

        mutating func nextNumber() -> UInt64 {
            number += 1
            return number
        }

        /// Takes out those whose time has come, the earliest deadline first, and of one deadline the first to sleep.
        mutating func wake() -> [Continuation] {
            let due = sleepers.filter { $0.value.deadline <= now }
                .sorted { ($0.value.deadline, $0.key) < ($1.value.deadline, $1.key) }
            for sleeper in due { sleepers[sleeper.key] = nil }
            return due.map(\.value.continuation)
        }

        /// Takes out those who wait for no more sleepers than there are.
        mutating func notice() -> [Continuation] {
            let satisfied = watchers.filter { $0.value.count <= sleepers.count }.sorted { $0.key < $1.key }
            for watcher in satisfied { watchers[watcher.key] = nil }
            return satisfied.map(\.value.continuation)
        }
    }

    private let state = Locked(State())

    /// A clock that stands at its first moment.
    public init() {}

    /// The moment the clock was last moved to.
    public var now: Instant { state.withLock { $0.now } }

    /// One nanosecond. The clock itself is exact.
    public var minimumResolution: Duration { .nanoseconds(1) }

    package var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    // MARK: Moving it

    /// Moves the clock, and wakes whoever sleeps until then or earlier.
    ///
    /// A negative duration moves it back, as a wall clock may be; that wakes nobody. Sleepers are resumed after the
    /// clock has been moved, in the order of their deadlines; what they do then happens on their own tasks, maybe after
    /// this returns.
    public func advance(by duration: Duration) {
        move { $0.advanced(by: duration) }
    }

    /// Moves the clock to a moment, which may be an earlier one; else as ``advance(by:)``.
    public func advance(to instant: Instant) {
        move { _ in instant }
    }

    private func move(_ destination: (Instant) -> Instant) {
        let due = state.withLock { state in
            state.now = destination(state.now)
            return state.wake()
        }
        // Resumed outside of the lock, since a sleeper may come back at once.
        for continuation in due { continuation.resume() }
    }

    // MARK: Sleeping on it

    /// Waits until the clock is moved to the deadline or past it; not at all if it is there already.
    ///
    /// - Parameters:
    ///   - deadline: When to wake.
    ///   - tolerance: Not needed: a sleeper wakes by the very call that moves the clock.
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    public func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        try await suspend { state, number, continuation in
            guard deadline > state.now else { return nil }
            state.sleepers[number] = (deadline, continuation)
            return state.notice()
        }
    }

    /// Waits, without polling, until at least `count` tasks sleep on the clock at once.
    ///
    /// Call it before ``advance(by:)``, so that the clock does not move before the code under test sleeps.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled: a test with a time limit ends.
    public func waitForSleepers(_ count: Int) async throws {
        try await suspend { state, number, continuation in
            guard state.sleepers.count < count else { return nil }
            state.watchers[number] = (count, continuation)
            return []
        }
    }

    /// Suspends the task until its continuation is resumed or the task is cancelled.
    ///
    /// - Parameter enter: Stores the continuation and returns those to resume, or returns nil if there is nothing to
    ///   wait for.
    private func suspend(_ enter: (inout State, UInt64, Continuation) -> [Continuation]?) async throws {
        let number = state.withLock { $0.nextNumber() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: Continuation) in
                // The handler below runs after the task is marked, so one of the two sees the other under the lock.
                let woken = state.withLock { Task.isCancelled ? nil : enter(&$0, number, continuation) }
                if let woken {
                    for continuation in woken { continuation.resume() }
                } else if Task.isCancelled {
                    continuation.resume(throwing: CancellationError())
                } else {
                    continuation.resume()
                }
            }
        } onCancel: {
            let cancelled = state.withLock { state in
                state.sleepers.removeValue(forKey: number)?.continuation
                    ?? state.watchers.removeValue(forKey: number)?.continuation
            }
            cancelled?.resume(throwing: CancellationError())
        }
    }
}
