internal import Tally

/// One requester's wait for the runs it needs. It ends when all of them are settled, when its time is up, or when the
/// requester leaves. The runs continue.
final class DocumentWait: Sendable {
    private struct State {
        /// The number of unsettled runs, plus one until all have been requested.
        var open = 1
        var isOver = false
        var continuation: CheckedContinuation<Void, Never>?
    }

    private let state = Locked(State())

    /// Adds a run to wait for.
    func add() {
        state.withLock { $0.open += 1 }
    }

    /// Removes a run to wait for.
    func arrive() {
        let continuation = state.withLock { state in
            state.open -= 1
            return state.open > 0 ? nil : Self.end(&state)
        }
        continuation?.resume()
    }

    /// Ends the wait, even with runs unsettled.
    func leave() {
        let continuation = state.withLock { Self.end(&$0) }
        continuation?.resume()
    }

    private static func end(_ state: inout State) -> CheckedContinuation<Void, Never>? {
        state.isOver = true
        defer { state.continuation = nil }
        return state.continuation
    }

    /// True if there is nothing to wait for.
    var isOver: Bool { state.withLock { $0.isOver } }

    /// Waits for the end. Call it once.
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
