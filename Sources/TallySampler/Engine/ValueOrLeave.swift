#if Docker
internal import Tally

/// Returns the result of `work`. After `limit` or on cancellation, cancels `work` and throws without waiting for it.
func valueOrLeave<Value: Sendable>(
    within limit: Duration,
    clock: ElapsedClock,
    of request: String,
    _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let answer = FirstAnswer<Result<Value, any Error>>()
    let task = Task {
        do {
            answer.give(.success(try await work()))
        } catch {
            answer.give(.failure(error))
        }
    }
    let timer = clock.alarm(after: limit) {
        answer.give(.failure(SourceError(.timeout, "the engine did not answer \(request) within \(limit)")))
    }
    defer {
        timer.cancel()
        task.cancel()
    }
    return try await answer.wait { answer.give(.failure(CancellationError())) }.get()
}
#endif
