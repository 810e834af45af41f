/// A type-erased clock that counts from the moment it is wrapped.
package struct ElapsedClock: Sendable {
    package let now: @Sendable () -> Duration
    /// The start by the system's clock, if that is the one.
    private let systemStart: Int64?
    /// True for the machine's own clocks, which advance on their own.
    package let isRealTime: Bool
    private let sleepUntil: @Sendable (Duration) async throws -> Void

    package init(_ clock: some Clock<Duration>) {
        // Read first, so that an alarm, which uses the other one, is never early.
        let systemStart = System.continuousNanoseconds()
        let start = clock.now
        if clock is ContinuousClock, let systemStart {
            // The usual clock, read in two thirds of the time.
            self.systemStart = systemStart
            now = { .nanoseconds((System.continuousNanoseconds() ?? systemStart) &- systemStart) }
        } else {
            self.systemStart = nil
            now = { start.duration(to: clock.now) }
        }
        isRealTime = clock is ContinuousClock || clock is SuspendingClock
        sleepUntil = { try await clock.sleep(until: start.advanced(by: $0), tolerance: nil) }
    }

    /// The same as `now`, without counting references to a closure of the usual clock, for which threads compete.
    @inline(__always)
    func read() -> Duration {
        guard let systemStart else { return now() }
        return .nanoseconds((System.continuousNanoseconds() ?? systemStart) &- systemStart)
    }

    /// Calls `action` at a time by this clock, unless the task is cancelled first. `action` must not block.
    package func alarm(at due: Duration, _ action: @escaping @Sendable () -> Void) -> Task<Void, Never> {
        Task.detached { [sleepUntil] in
            guard (try? await sleepUntil(due)) != nil else { return }
            action()
        }
    }

    /// Calls `action` after a delay that begins now, unless the task is cancelled first. `action` must not block.
    package func alarm(after delay: Duration, _ action: @escaping @Sendable () -> Void) -> Task<Void, Never> {
        // Some 30 years at most, because a clock may trap if the sum overflows.
        alarm(at: now().adding(min(max(delay, .zero), .seconds(1_000_000_000))), action)
    }
}
