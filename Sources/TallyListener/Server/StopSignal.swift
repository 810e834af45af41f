#if Listener
import Synchronization

/// The request to stop a run, by cancellation or by a graceful shutdown.
final class StopSignal: Sendable {
    private struct State {
        var isRequested = false
        var action: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    var isRequested: Bool { state.withLock { $0.isRequested } }

    func request() {
        let action = state.withLock { state in
            state.isRequested = true
            return state.action.take()
        }
        action?()
    }

    /// Calls `action` once: when the stop is requested, or now if it already was.
    func onRequest(_ action: @escaping @Sendable () -> Void) {
        let isRequested = state.withLock { state in
            if !state.isRequested { state.action = action }
            return state.isRequested
        }
        if isRequested { action() }
    }
}
#endif
