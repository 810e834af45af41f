internal import Tally

/// Calls timers' actions on a thread of its own. A deadline must fire even if every thread of the runtime's pool is
/// blocked, and a `Task.sleep` would wait for one of them.
///
/// The thread exists only while there are timers. The actions must not block.
final class DeadlineThread: Sendable {
    private struct Timer {
        let id: UInt64
        let due: Duration
        let action: @Sendable () -> Void
    }

    private struct State {
        /// The timers, with the next one last.
        var timers: [Timer] = []
        var lastID: UInt64 = 0
        var isRunning = false
    }

    private let now: @Sendable () -> Duration
    private let monitor = Monitor(State())

    init(now: @escaping @Sendable () -> Duration) {
        self.now = now
    }

    /// Calls `action` after a delay. Returns nil if no thread is available.
    func wake(after delay: Duration, _ action: @escaping @Sendable () -> Void) -> Wakeup? {
        let due = now().adding(delay)
        let id: UInt64? = monitor.change { state in
            // Started under the lock, so that no other caller relies on a thread that fails to start.
            if !state.isRunning { state.isRunning = WorkThread.start { [self] in work() } }
            guard state.isRunning else { return nil }
            state.lastID += 1
            let place = state.timers.firstIndex { $0.due <= due } ?? state.timers.endIndex
            state.timers.insert(Timer(id: state.lastID, due: due, action: action), at: place)
            return state.lastID
        }
        return id.map { id in Wakeup { [self] in cancel(id) } }
    }

    private func cancel(_ id: UInt64) {
        // Released outside the lock, together with everything the timer retains.
        let timer = monitor.change { state in
            state.timers.firstIndex { $0.id == id }.map { state.timers.remove(at: $0) }
        }
        withExtendedLifetime(timer) {}
    }

    private func work() {
        while let timer = monitor.next({ next(&$0, hasTimedOut: $1) }) { timer.action() }
    }

    private func next(_ state: inout State, hasTimedOut: Bool) -> Monitor<State>.Step<Timer> {
        guard let first = state.timers.last else {
            state.isRunning = !hasTimedOut
            return hasTimedOut ? .end : .wait(atMost: WorkThread.idleTime)
        }
        let left = first.due.since(now())
        return left > .zero ? .wait(atMost: left) : .take(state.timers.removeLast())
    }
}
