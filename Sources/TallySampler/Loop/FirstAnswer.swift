internal import Tally

/// The first of several answers. Whoever gives a later one is not waited for, and it is dropped: a group of tasks would not
/// return before the last of them does.
final class FirstAnswer<Answer: Sendable>: Sendable {
    private enum State {
        case open(CheckedContinuation<Answer, Never>?)
        case given(Answer)
    }

    private let state = Locked(State.open(nil))

    /// Gives an answer. Returns whether it was the first.
    @discardableResult
    func give(_ answer: Answer) -> Bool {
        let (isFirst, continuation) = state.withLock { state -> (Bool, CheckedContinuation<Answer, Never>?) in
            guard case .open(let continuation) = state else { return (false, nil) }
            state = .given(answer)
            return (true, continuation)
        }
        continuation?.resume(returning: answer)
        return isFirst
    }

    /// Waits for the first answer. To be called once.
    func wait() async -> Answer {
        await withCheckedContinuation { continuation in
            let answer = state.withLock { state -> Answer? in
                if case .given(let answer) = state { return answer }
                state = .open(continuation)
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }
}

/// Wakes the one task that waits for it; one that comes later does not wait at all.
final class LoopSignal: Sendable {
    private struct State {
        var isRaised = false
        var continuation: CheckedContinuation<Void, Never>?
    }

    private let state = Locked(State())

    func raise() {
        let continuation = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.isRaised = state.continuation == nil
            return state.continuation.take()
        }
        continuation?.resume()
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isRaised = state.withLock { state in
                if !state.isRaised { state.continuation = continuation }
                defer { state.isRaised = false }
                return state.isRaised
            }
            if isRaised { continuation.resume() }
        }
    }
}
