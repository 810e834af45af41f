internal import Tally

/// A clock of a healthcheck or a page: the time since its creation, and timers.
package struct HealthClock: Sendable {
    package let now: @Sendable () -> Duration
    private let clock: ElapsedClock
    private let thread: DeadlineThread?

    package init(_ clock: some Clock<Duration>) {
        self.clock = ElapsedClock(clock)
        now = self.clock.now
        // A thread can only wait for the machine's own clock.
        thread = self.clock.isRealTime ? DeadlineThread(now: now) : nil
    }

    /// Calls `action` after a delay, unless cancelled before. The action must not block.
    package func wake(after delay: Duration, _ action: @escaping @Sendable () -> Void) -> Wakeup {
        if let wakeup = thread?.wake(after: delay, action) { return wakeup }
        let task = clock.alarm(after: delay, action)
        return Wakeup { task.cancel() }
    }
}
