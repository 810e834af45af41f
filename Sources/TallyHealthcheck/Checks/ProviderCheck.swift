internal import Tally

/// A provider that asks a closure: its cache, and the runs that fill it.
final class ProviderCheck: Sendable {
    /// What the checks of one healthcheck share.
    struct Environment: Sendable {
        let clock: HealthClock
        /// Seconds since 1970.
        let wallClock: @Sendable () -> Double
        let metrics: HealthMetrics?
        let reporter: ErrorReporter?
        let identity: RunMarker.Owner
    }

    private struct Handles {
        /// The latest run's.
        var run: (id: UInt64, task: Task<Void, Never>)?
        /// What will start the next run in the background.
        var refresh: Wakeup?
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

    /// What is known, for somebody who asked at a time.
    func view(at asked: Duration) -> CheckState.View {
        state.withLock { $0.view(at: asked) }
    }

    /// Whether the provider has ever answered.
    var hasAnswered: Bool { state.withLock { $0.answer != nil } }

    /// Whether a run is under way, overdue or not.
    var isRunning: Bool { state.withLock { $0.run != nil } }

    /// Sees to it that what is known is as fresh as it should be. `wait` is told when it is, or will not be.
    func request(at now: Duration, by wait: DocumentWait) {
        abandonOverdueRun(at: now)
        let request = state.withLock { $0.request(at: now, by: wait) }
        act(on: request)
    }

    // MARK: In the background

    /// Runs the closure now, and again after each interval, if it is to be refreshed.
    func beginRefreshing() {
        guard let interval = policy.refreshedEvery, !handles.withLock({ $0.isStopped }) else { return }
        // First, so that the intervals are not longer by what beginning a run takes. Weak, since a healthcheck that nobody
        // holds is over; a run that hangs may hold the check longer.
        let next = environment.clock.wake(after: interval) { [weak self] in self?.beginRefreshing() }
        let isStopped = handles.withLock { handles in
            handles.refresh = next
            return handles.isStopped
        }
        // Stopped meanwhile, by a thread that did not find this wakeup.
        guard !isStopped else { return next.cancel() }
        let now = environment.clock.now()
        abandonOverdueRun(at: now)
        act(on: state.withLock { $0.refresh(at: now) })
    }

    /// Ends what the check does by itself: there is nobody left to show an answer to.
    func stop() {
        let (next, task) = handles.withLock { handles in
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

    /// Starts a run that belongs to no requester: detached, with a deadline that a timer keeps, and never joined.
    private func start(_ run: UInt64) {
        let deadline = environment.clock.wake(after: policy.timeout) { [self] in abandon(run) }
        let marker = RunMarker(of: environment.identity)
        let task = Task.detached(executorPreference: executor) { [self] in
            do {
                let answer = try await RunMarker.$current.withValue(marker) {
                    RenderedAnswer(try await values(), for: keys)
                }
                marker.end()
                deadline.cancel()
                let wasOverdue = settle(run) { $0.answered(run, answer.values, at: $1, wall: $2) }
                if !answer.isAsDeclared, !wasOverdue { report(undeclaredKeys) }
            } catch {
                marker.end()
                deadline.cancel()
                // Cancellation along with the healthcheck is no failure.
                guard !handles.withLock({ $0.isStopped }) else { return }
                let wasOverdue = settle(run) { $0.failed(run, at: $1, wall: $2) }
                if !wasOverdue { report(error) }
            }
        }
        // Replaced and let go outside of the lock: a task may be the last to hold what its closure did. A run that is over
        // already may have been followed by another.
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
    /// - Returns: Whether the run was overdue before, and thus has been reported: a run is reported once at most.
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
            // Under the lock, so that the metrics change in the order in which the state does. Lock-free.
            if let outcome = state.outcome { environment.metrics?.record(name, outcome) }
            return (waiters, wasOverdue)
        }
        for waiter in waiters { waiter.arrive() }
        return wasOverdue
    }

    /// A run under way past its deadline is abandoned also if its timer is late.
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

    /// Queues a report for the host's hook, unless the healthcheck is gone.
    private func report(_ error: @autoclosure () -> any Error) {
        guard let reporter = environment.reporter, !handles.withLock({ $0.isStopped }) else { return }
        reporter.report(name, error())
    }

    private var missedDeadline: HealthcheckError {
        HealthcheckError(
            .timeout,
            "the provider \(name.debugDescription) did not answer within \(policy.timeout)"
        )
    }

    private var undeclaredKeys: HealthcheckError {
        HealthcheckError(
            .undeclaredKey,
            "the provider \(name.debugDescription) did not return just the keys it declares: \(keys)"
        )
    }
}
