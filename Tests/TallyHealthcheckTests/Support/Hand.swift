import Tally
import TallyHealthcheck

/// A provider's closure that a test answers by hand, and that ignores its cancellation.
final class Hand: Sendable {
    private struct State {
        var runs = 0
        var open: [CheckedContinuation<HealthValues, any Error>] = []
        var always: HealthValues?
        var watchers: [(runs: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Locked(State())

    /// The number of runs begun.
    var runs: Int { state.withLock { $0.runs } }

    @Sendable
    func values() async throws -> HealthValues {
        try await withCheckedThrowingContinuation { continuation in
            let (watchers, always) = state.withLock { state in
                state.runs += 1
                if state.always == nil { state.open.append(continuation) }
                let reached = state.watchers.filter { $0.runs <= state.runs }
                state.watchers.removeAll { $0.runs <= state.runs }
                return (reached, state.always)
            }
            for watcher in watchers { watcher.continuation.resume() }
            if let always { continuation.resume(returning: always) }
        }
    }

    /// Waits until this many runs have begun.
    func began(_ runs: Int) async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if state.runs < runs { state.watchers.append((runs, continuation)) }
                return state.runs >= runs
            }
            if isReached { continuation.resume() }
        }
    }

    /// Answers all runs under way.
    func answer(_ values: HealthValues) { end(.success(values)) }

    func fail(_ error: any Error = Failure()) { end(.failure(error)) }

    /// Answers every later run at once.
    func answersAlways(_ values: HealthValues) {
        state.withLock { $0.always = values }
    }

    struct Failure: Error {}

    private func end(_ result: Result<HealthValues, any Error>) {
        let open = state.withLock { state in
            defer { state.open = [] }
            return state.open
        }
        for continuation in open { continuation.resume(with: result) }
    }
}
