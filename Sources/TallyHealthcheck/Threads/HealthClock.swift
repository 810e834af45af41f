internal import Tally

/// A type-erased clock: the current time, and timers.
struct HealthClock: Sendable {
    /// The time since the clock was wrapped.
    let now: @Sendable () -> Duration
    private let schedule: @Sendable (Duration, @escaping @Sendable () -> Void) -> Wakeup

    init(_ clock: some Clock<Duration>) {
        let start = clock.now
        let now: @Sendable () -> Duration = { start.duration(to: clock.now) }
        self.now = now
        // A thread can only wait for the machine's own clock.
        guard clock is ContinuousClock else {
            schedule = { Self.sleep(on: clock, for: $0, then: $1) }
            return
        }
        let thread = DeadlineThread(now: now)
        schedule = { delay, action in
            thread.wake(after: delay, action) ?? Self.sleep(on: clock, for: delay, then: action)
        }
    }

    /// Calls `action` after a delay, unless cancelled before. The action must not block.
    func wake(after delay: Duration, _ action: @escaping @Sendable () -> Void) -> Wakeup {
        schedule(delay, action)
    }

    private static func sleep(
        on clock: some Clock<Duration>,
        for delay: Duration,
        then action: @escaping @Sendable () -> Void
    ) -> Wakeup {
        // Measured from now, not from when the task starts.
        let due = clock.now.advanced(by: delay)
        let task = Task.detached {
            do {
                try await clock.sleep(until: due, tolerance: nil)
            } catch {
                return
            }
            action()
        }
        return Wakeup { task.cancel() }
    }
}

/// A scheduled call.
struct Wakeup: Sendable {
    /// Has no effect if the call has been made or is in progress.
    let cancel: @Sendable () -> Void

    init(cancel: @escaping @Sendable () -> Void) {
        self.cancel = cancel
    }
}
