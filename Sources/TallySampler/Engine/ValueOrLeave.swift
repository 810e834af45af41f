#if Docker
internal import Tally

/// What came of some work; an error once that has taken too long, or whoever waits is cancelled.
///
/// A task group would wait for the work to notice. Here it is told, and left alone.
func valueOrLeave<Value: Sendable>(
    within limit: Duration,
    clock: any Clock<Duration>,
    _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let wait = Wait<Value>()
    let task = Task {
        do {
            wait.end(.success(try await work()))
        } catch {
            wait.end(.failure(error))
        }
    }
    let timer = Task {
        guard (try? await clock.sleep(for: limit)) != nil else { return }
        wait.end(.failure(SourceError(.timeout, "no answer within \(limit)")))
    }
    defer {
        timer.cancel()
        task.cancel()
    }
    return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { wait.begin($0) }
    } onCancel: {
        wait.end(.failure(CancellationError()))
    }
}

/// Somebody who waits for the first of several things.
private final class Wait<Value: Sendable>: Sendable {
    private typealias Outcome = Result<Value, any Error>

    private struct State {
        var continuation: CheckedContinuation<Value, any Error>?
        var outcome: Outcome?
    }

    private let state = Locked(State())

    func begin(_ continuation: CheckedContinuation<Value, any Error>) {
        let outcome = state.withLock { state in
            if state.outcome == nil { state.continuation = continuation }
            return state.outcome
        }
        if let outcome { continuation.resume(with: outcome) }
    }

    func end(_ outcome: Result<Value, any Error>) {
        let continuation = state.withLock { state -> CheckedContinuation<Value, any Error>? in
            guard state.outcome == nil else { return nil }
            state.outcome = outcome
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume(with: outcome)
    }
}
#endif
