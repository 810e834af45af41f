internal import Tally

/// A clock, erased.
struct SamplerClock: Sendable {
    /// Since the clock was wrapped.
    let now: @Sendable () -> Duration
    private let sleep: @Sendable (Duration) async throws -> Void

    init(_ clock: some Clock<Duration>) {
        let start = clock.now
        now = { start.duration(to: clock.now) }
        sleep = { try await clock.sleep(until: start.advanced(by: $0), tolerance: nil) }
    }

    /// Calls `action` at a time, unless the task is cancelled before. It must not block.
    func alarm(at due: Duration, _ action: @escaping @Sendable () -> Void) -> Task<Void, Never> {
        Task.detached { [sleep] in
            do {
                try await sleep(due)
            } catch {
                return
            }
            action()
        }
    }
}
