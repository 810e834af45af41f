internal import Tally

/// A clock, erased: what time it is, and a call when some of it has passed.
struct HealthClock: Sendable {
    /// Since the clock was wrapped.
    let now: @Sendable () -> Duration
    private let schedule: @Sendable (Duration, @escaping @Sendable () -> Void) -> Wakeup

    init(_ clock: some Clock<Duration>) {
        let start = clock.now
        let now: @Sendable () -> Duration = { start.duration(to: clock.now) }
        self.now = now
        // Only what passes on the machine's own clock can be waited for on a thread.
        guard clock is ContinuousClock else {
            schedule = { Self.sleep(on: clock, for: $0, then: $1) }
            return
        }
        let thread = DeadlineThread(now: now)
        schedule = { delay, action in
            thread.wake(after: delay, action) ?? Self.sleep(on: clock, for: delay, then: action)
        }
    }

    /// Calls `action` after a delay, unless that is cancelled before. It must not block.
    func wake(after delay: Duration, _ action: @escaping @Sendable () -> Void) -> Wakeup {
        schedule(delay, action)
    }

    private static func sleep(
        on clock: some Clock<Duration>,
        for delay: Duration,
        then action: @escaping @Sendable () -> Void
    ) -> Wakeup {
        // Counted from now, not from when the task comes to it.
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

/// A call to come.
struct Wakeup: Sendable {
    /// Does nothing if the call has been made, or is being made.
    let cancel: @Sendable () -> Void

    init(cancel: @escaping @Sendable () -> Void) {
        self.cancel = cancel
    }
}
