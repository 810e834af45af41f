internal import Tally

/// A clock that moves only when a test moves it, for tests of time-dependent code.
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
/// Safe to use from several threads. Instants saturate at the limits of `Duration` instead of trapping.
public final class ManualClock: Clock, Sendable {
    /// The type of the clock's durations.
    public typealias Duration = Swift.Duration

    /// A point in time, as the duration since the clock's first instant.
    public struct Instant: InstantProtocol {
        /// The type of the distance between two instants.
        public typealias Duration = Swift.Duration

        /// The time since the clock's first instant.
        package var offset: Duration

        /// Creates the instant at an offset from the clock's first instant.
        package init(offset: Duration) {
            self.offset = offset
        }

        /// Returns the instant at a duration from this one, clamped to the range of instants.
        public func advanced(by duration: Duration) -> Instant { Instant(offset: offset.adding(duration)) }

        /// Returns the time from this instant to another, clamped to the range of `Duration`.
        public func duration(to other: Instant) -> Duration { other.offset.since(offset) }

        /// Returns true if the first instant is earlier than the second.
        public static func < (one: Instant, two: Instant) -> Bool { one.offset < two.offset }
    }

    private typealias Continuation = CheckedContinuation<Void, any Error>
    private typealias Condition = @Sendable (State) -> Bool

    private struct State {
        var now = Instant(offset: .zero)
        var sleepers: [UInt64: (deadline: Instant, continuation: Continuation)] = [:]
        var watchers: [UInt64: (isSatisfied: Condition, continuation: Continuation)] = [:]
        /// The number of the last sleeper or watcher.
        var number: UInt64 = 0

        mutating func nextNumber() -> UInt64 {
            number += 1
            return number
        }

        /// Removes and returns the sleepers that are due, ordered by deadline and then by number.
        mutating func takeDueSleepers() -> [Continuation] {
            let due = sleepers.filter { $0.value.deadline <= now }
                .sorted { ($0.value.deadline, $0.key) < ($1.value.deadline, $1.key) }
            for sleeper in due { sleepers[sleeper.key] = nil }
            return due.map(\.value.continuation)
        }

        /// Removes and returns the watchers whose condition holds.
        mutating func takeSatisfiedWatchers() -> [Continuation] {
            let satisfied = watchers.filter { $0.value.isSatisfied(self) }.sorted { $0.key < $1.key }
            for watcher in satisfied { watchers[watcher.key] = nil }
            return satisfied.map(\.value.continuation)
        }
    }

    private let state = Locked(State())

    /// Creates a clock that shows its first instant.
    public init() {}

    /// The instant to which the clock was last moved.
    public var now: Instant { state.withLock { $0.now } }

    /// One nanosecond. The clock itself is exact.
    public var minimumResolution: Duration { .nanoseconds(1) }

    package var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    // MARK: Moving the clock

    /// Moves the clock by a duration and wakes the sleepers whose deadlines it reaches.
    ///
    /// A negative duration moves the clock back, as can happen to a wall clock, and wakes no sleeper. The clock resumes
    /// sleepers after it has moved, in the order of their deadlines. They continue on their own tasks, possibly after
    /// this method returns.
    public func advance(by duration: Duration) {
        move { $0.advanced(by: duration) }
    }

    /// Moves the clock to an instant, as ``advance(by:)`` does. The instant may be earlier than the current one.
    public func advance(to instant: Instant) {
        move { _ in instant }
    }

    private func move(_ destination: (Instant) -> Instant) {
        let due = state.withLock { state in
            state.now = destination(state.now)
            return state.takeDueSleepers()
        }
        // Resumed outside the lock, because a sleeper may call the clock again at once.
        for continuation in due { continuation.resume() }
    }

    // MARK: Sleeping

    /// Waits until the clock reaches the deadline. Returns at once if it already has.
    ///
    /// - Parameters:
    ///   - deadline: The instant at which to wake.
    ///   - tolerance: Ignored, because the call that moves the clock wakes the sleeper.
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    public func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        try await suspend { state, number, continuation in
            guard deadline > state.now else { return nil }
            state.sleepers[number] = (deadline, continuation)
            return state.takeSatisfiedWatchers()
        }
    }

    /// Waits, without polling, until at least `count` tasks sleep on the clock at the same time.
    ///
    /// Call it before ``advance(by:)``, so that the clock does not move before the code under test sleeps.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled, so that a test ends at its time limit.
    public func waitForSleepers(_ count: Int) async throws {
        try await waitUntil { $0.sleepers.count >= count }
    }

    /// Waits, without polling, until a task sleeps on the clock until this instant.
    ///
    /// Tells one sleeper from others, such as a loop between two rounds from a timeout within a round.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled, so that a test ends at its time limit.
    public func waitForSleeper(until deadline: Instant) async throws {
        try await waitUntil { state in state.sleepers.values.contains { $0.deadline == deadline } }
    }

    private func waitUntil(_ isSatisfied: @escaping Condition) async throws {
        try await suspend { state, number, continuation in
            guard !isSatisfied(state) else { return nil }
            state.watchers[number] = (isSatisfied, continuation)
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
                // The task is marked as cancelled before the handler below runs. Both take the lock, so either this
                // closure sees the mark, or the handler sees the continuation.
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
