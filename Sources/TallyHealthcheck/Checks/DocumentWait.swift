internal import Tally

/// One requester's wait for the runs it needs, which ends when all of them are settled, when its own time is up, or
/// when the requester leaves; what it waited for goes on.
final class DocumentWait: Sendable {
    private struct State {
        /// Runs that are not settled, and one until all have been asked for.
        var open = 1
        var isOver = false
        var continuation: CheckedContinuation<Void, Never>?
    }

    private let state = Locked(State())

    /// One more run to wait for.
    func add() {
        state.withLock { $0.open += 1 }
    }

    /// One run less to wait for.
    func arrive() {
        let continuation = state.withLock { state in
            state.open -= 1
            return state.open > 0 ? nil : Self.end(&state)
        }
        continuation?.resume()
    }

    /// Ends the wait, whatever is open.
    func leave() {
        let continuation = state.withLock { Self.end(&$0) }
        continuation?.resume()
    }

    private static func end(_ state: inout State) -> CheckedContinuation<Void, Never>? {
        state.isOver = true
        defer { state.continuation = nil }
        return state.continuation
    }

    /// Whether there is anything to wait for.
    var isOver: Bool { state.withLock { $0.isOver } }

    /// Waits for the end. To be called once.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if !state.isOver { state.continuation = continuation }
                    return state.isOver
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            leave()
        }
    }
}
