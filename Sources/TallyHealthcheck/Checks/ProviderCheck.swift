internal import Tally

/// A provider with a closure: its cached answer, and the runs that update it.
final class ProviderCheck: Sendable {
    /// The objects that all checks of a healthcheck share.
    struct Environment: Sendable {
        let clock: HealthClock
        /// Seconds since 1970.
        let wallClock: @Sendable () -> Double
        let metrics: HealthMetrics?
        let reporter: ErrorReporter?
        let identity: Identity
    }

    final class Identity: Sendable {}

    private struct Handles {
        var run: (id: UInt64, task: Task<Void, Never>)?
        /// The timer of the next background run.
        var refresh: Wakeup?
        var isRefreshing = true
        var isStopped = false
    }

    let name: String
    let policy: CheckPolicy
    private let keys: [String]
    private let executor: any TaskExecutor
    private let values: @Sendable () async throws -> HealthValues
    private let environment: Environment
    private let state: Locked<CheckState>
    private let handles = Locked(Handles())

    init(
        _ provider: SnapshotProvider,
        _ policy: CheckPolicy,
        _ executor: any TaskExecutor,
        _ values: @escaping @Sendable () async throws -> HealthValues,
        _ environment: Environment
    ) {
        name = provider.name
        keys = provider.keys
        self.policy = policy
        self.executor = executor
        self.values = values
        self.environment = environment
        state = Locked(CheckState(policy))
        environment.metrics?.forget(name)
    }

    /// The state for a document that was requested at the given time.
    func view(at asked: Duration) -> CheckState.View {
        state.withLock { $0.view(at: asked) }
    }

    /// True if the provider has ever answered.
    var hasAnswered: Bool { state.withLock { $0.answer != nil } }

    /// True if a run is in progress, overdue or not.
    var isRunning: Bool { state.withLock { $0.run != nil } }

    /// Starts or joins a run, unless the cached outcome is fresh. `wait` counts that run until it settles.
    func request(at now: Duration, by wait: DocumentWait) {
        abandonOverdueRun(at: now)
        let request = state.withLock { $0.request(at: now, by: wait) }
        act(on: request)
    }

    // MARK: In the background

    /// Runs the closure now and again after each interval, if the provider is refreshed in the background.
    func beginRefreshing() {
        guard let interval = policy.refreshInterval, handles.withLock({ $0.isRefreshing }) else { return }
        // The timer is set first, so that the time to start a run does not lengthen the interval. It holds the check
        // weakly, because a released healthcheck must stop; a run that hangs may retain the check longer.
        let next = environment.clock.wake(after: interval) { [weak self] in self?.beginRefreshing() }
        let isRefreshing = handles.withLock { handles in
            handles.refresh = next
            return handles.isRefreshing
        }
        // Another thread ended the refreshes meanwhile, without seeing this timer.
        guard isRefreshing else { return next.cancel() }
        let now = environment.clock.now()
        abandonOverdueRun(at: now)
        act(on: state.withLock { $0.refresh(at: now) })
    }

    /// Cancels the timer. A run in progress finishes, and later ones start on request.
    func endRefreshing() {
        let next = handles.withLock { handles in
            handles.isRefreshing = false
            return handles.refresh
        }
        next?.cancel()
    }

    /// Cancels the timer and the run in progress, because no requester is left.
    func stop() {
        let (next, task) = handles.withLock { handles in
            handles.isRefreshing = false
            handles.isStopped = true
            return (handles.refresh, handles.run?.task)
        }
        next?.cancel()
        task?.cancel()
    }

    // MARK: Runs

    private func act(on request: CheckState.Request) {
        switch request {
        case .ready, .wait: break
        case .start(let run): start(run)
        case .cancel: handles.withLock { $0.run?.task }?.cancel()
        }
    }

    /// Starts a run in a detached task that belongs to no requester and is never awaited. A timer keeps its deadline.
    private func start(_ run: UInt64) {
        let deadline = environment.clock.wake(after: policy.timeout) { [self] in abandon(run) }
        // A provider that requests its own document gets the known values. Otherwise it would wait for itself.
        let call = ReentryGuard(of: environment.identity)
        let task = Task.detached(executorPreference: executor) { [self] in
            do {
                let answer = try await call.run {
                    RenderedAnswer(try await values(), for: keys)
                }
                call.end()
                deadline.cancel()
                let wasOverdue = settle(run) { $0.answered(run, answer.values, at: $1, wall: $2) }
                if !answer.isAsDeclared, !wasOverdue { report(undeclaredKeys(in: answer)) }
            } catch {
                call.end()
                deadline.cancel()
                // Releasing the healthcheck cancels the run, which is not a failure.
                guard !handles.withLock({ $0.isStopped }) else { return }
                let wasOverdue = settle(run) { $0.failed(run, at: $1, wall: $2) }
                if !wasOverdue { report(error) }
            }
        }
        // The replaced task is released outside the lock, because it may hold the last reference to the closure's
        // captures. This run may already have finished, and a later one begun.
        let (before, isStopped) = handles.withLock { handles in
            let before = handles.run
            if before.map({ $0.id < run }) ?? true { handles.run = (run, task) }
            return (before, handles.isStopped)
        }
        if isStopped { task.cancel() }
        withExtendedLifetime(before) {}
    }

    /// Ends a run, or the wait for it.
    ///
    /// - Returns: True if the run was already overdue, and thus reported. Each run is reported at most once.
    @discardableResult
    private func settle(
        _ run: UInt64,
        _ end: (inout CheckState, _ now: Duration, _ wall: Double) -> [DocumentWait]
    ) -> Bool {
        let now = environment.clock.now()
        let wall = environment.wallClock()
        let (waiters, wasOverdue) = state.withLock { state in
            let wasOverdue = state.isOverdue(run)
            let waiters = end(&state, now, wall)
            // Under the lock, so that the metrics change in the same order as the state. Recording is lock-free.
            if let outcome = state.outcome { environment.metrics?.record(name, outcome) }
            return (waiters, wasOverdue)
        }
        for waiter in waiters { waiter.arrive() }
        return wasOverdue
    }

    /// Abandons a run past its deadline, even if its timer is late.
    private func abandonOverdueRun(at now: Duration) {
        if let run = state.withLock({ $0.overdueRun(at: now) }) { abandon(run) }
    }

    private func abandon(_ run: UInt64) {
        var isAbandoned = false
        settle(run) {
            guard let waiters = $0.missedDeadline(run, at: $1, wall: $2) else { return [] }
            isAbandoned = true
            return waiters
        }
        if isAbandoned { report(missedDeadline) }
    }

    // MARK: Reports

    /// Queues a report for `onError`, unless the healthcheck is released.
    private func report(_ error: @autoclosure () -> any Error) {
        guard let reporter = environment.reporter, !handles.withLock({ $0.isStopped }) else { return }
        reporter.report(name, error())
    }

    private var missedDeadline: HealthcheckError {
        HealthcheckError(
            .timeout,
            "the provider \(name.debugDescription) did not answer within \(policy.timeout); look for what it waits for"
        )
    }

    private func undeclaredKeys(in answer: RenderedAnswer) -> HealthcheckError {
        let omitted = answer.missing.isEmpty ? [] : ["omitted \(answer.missing)"]
        let added = answer.undeclared.isEmpty ? [] : ["returned the undeclared \(answer.undeclared)"]
        let problem = "the provider \(name.debugDescription) \((omitted + added).joined(separator: " and "))"
        return HealthcheckError(.undeclaredKey, "\(problem); it must return exactly the keys \(keys)")
    }
}
