internal import Tally

/// Calls `onError` on a thread of its own, one report at a time and in order. A closure that blocks delays only later
/// reports, and no check or deadline.
final class ErrorReporter: Sendable {
    typealias Hook = @Sendable (_ provider: String, _ error: any Error) -> Void

    private struct Report: Sendable {
        let provider: String
        let error: any Error
    }

    private struct State {
        var waiting: [Report] = []
        /// True while a task calls `onError`.
        var isBusy = false
    }

    /// The maximum number of reports that wait while `onError` blocks; further ones are dropped.
    static let capacity = 256

    private let hook: Hook
    private let executor: any TaskExecutor
    private let state = Locked(State())

    init(_ hook: @escaping Hook, on executor: any TaskExecutor = ThreadExecutor()) {
        self.hook = hook
        self.executor = executor
    }

    func report(_ provider: String, _ error: any Error) {
        let mustStart = state.withLock { state in
            guard state.waiting.count < Self.capacity else { return false }
            state.waiting.append(Report(provider: provider, error: error))
            defer { state.isBusy = true }
            return !state.isBusy
        }
        if mustStart { Task.detached(executorPreference: executor) { [self] in work() } }
    }

    private func work() {
        while let reports = next() {
            for report in reports { hook(report.provider, report.error) }
        }
    }

    private func next() -> [Report]? {
        state.withLock { state in
            state.isBusy = !state.waiting.isEmpty
            defer { state.waiting = [] }
            return state.isBusy ? state.waiting : nil
        }
    }
}
