/// The first of several answers, such as a result, a deadline and a cancellation. Later ones are dropped. A task group
/// would wait for its slowest task instead.
package final class FirstAnswer<Answer: Sendable>: Sendable {
    private enum State {
        case open([CheckedContinuation<Answer, Never>])
        case given(Answer)
    }

    private let state = Locked(State.open([]))

    package init() {}

    /// Gives an answer. Returns true if it is the first.
    @discardableResult
    package func give(_ answer: Answer) -> Bool {
        let waits = state.withLock { state -> [CheckedContinuation<Answer, Never>]? in
            guard case .open(let waits) = state else { return nil }
            state = .given(answer)
            return waits
        }
        for wait in waits ?? [] { wait.resume(returning: answer) }
        return waits != nil
    }

    /// Waits for the first answer.
    ///
    /// - Parameter cancelled: Called if the task is cancelled. To end the wait, it must give an answer.
    package func wait(onCancel cancelled: @Sendable () -> Void = {}) async -> Answer {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Answer? in
                    switch state {
                    case .given(let answer): return answer
                    case .open(let waits):
                        state = .open(waits + [continuation])
                        return nil
                    }
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            cancelled()
        }
    }
}
