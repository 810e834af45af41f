internal import Tally

/// A provider's state machine. It has neither clock nor lock: callers pass the time and perform the returned actions.
struct CheckState {
    /// A run of the closure, from its start to its answer, however late.
    struct Run {
        let id: UInt64
        let started: Duration
        /// True if the run is past its deadline: abandoned, but still in progress.
        var isOverdue = false
        var isCancelled = false
        var waiters: [DocumentWait] = []
    }

    /// The last good values.
    struct Answer {
        let values: [[UInt8]]
        let at: Duration
    }

    /// The outcome of the last run that ended or was abandoned.
    struct Outcome {
        /// Nil if the run answered.
        var failure: HealthReason?
        let at: Duration
        /// The wall-clock time of the outcome in seconds since 1970, for display only.
        let wall: Double
        let took: Duration
        /// The wall-clock time since which all outcomes have been answers, or all have been failures.
        let since: Double
    }

    /// The action that a request requires.
    enum Request: Equatable {
        /// No action: the outcome is fresh, or an overdue run is already cancelled.
        case ready
        /// Wait for the run in progress.
        case wait
        case start(run: UInt64)
        /// Cancel the run in progress, which is long overdue. There is nothing to wait for.
        case cancel
    }

    let policy: CheckPolicy
    private(set) var run: Run?
    private(set) var answer: Answer?
    private(set) var outcome: Outcome?
    /// The number of consecutive failures, at most `failureThreshold`.
    private var failures = 0
    /// The end of the last missed period that was counted when an overdue run ended.
    private var countedUntil: Duration?
    /// The number of consecutive answers, at most `successThreshold`.
    private var successes = 0
    /// True if the check failed and has not answered `successThreshold` times since.
    private(set) var isHeldDown = false
    private var runs: UInt64 = 0

    init(_ policy: CheckPolicy) {
        self.policy = policy
    }

    // MARK: Events

    /// Handles a request. If the request has to wait for a run, that run notifies `waiter` when it settles.
    mutating func request(at now: Duration, by waiter: DocumentWait) -> Request {
        if let outcome, now.since(outcome.at) < lifetime(of: outcome) { return .ready }
        if let run {
            guard !run.isOverdue else { return cancelOnce() }
            waiter.add()
            self.run?.waiters.append(waiter)
            return .wait
        }
        waiter.add()
        return .start(run: begin(at: now, [waiter]))
    }

    /// Handles the timer of a background run.
    mutating func refresh(at now: Duration) -> Request {
        guard let run else { return .start(run: begin(at: now, [])) }
        return run.isOverdue ? cancelOnce() : .wait
    }

    /// Handles the answer of a run, in time or late.
    ///
    /// - Returns: The waiters of the run.
    mutating func answered(_ id: UInt64, _ values: [[UInt8]], at now: Duration, wall: Double) -> [DocumentWait] {
        guard let run, run.id == id else { return [] }
        // An answer that expired before it was renewed is not a failure.
        let hadFailed = (outcome?.failure != nil || isHeldDown) && view(at: now).status == .fail
        self.run = nil
        failures = 0
        countedUntil = nil
        successes = min(successes + 1, policy.successThreshold)
        isHeldDown = hadFailed && successes < policy.successThreshold
        answer = Answer(values: values, at: now)
        outcome = outcome(nil, of: run, at: now, wall)
        return run.waiters
    }

    /// Handles an error of a run. A late error only allows the next run to start. It is not another failure, because
    /// the missed deadline already counted.
    mutating func failed(_ id: UInt64, at now: Duration, wall: Double) -> [DocumentWait] {
        guard let run, run.id == id else { return [] }
        if run.isOverdue { keepMissedPeriods(at: now) } else { fail(.error, run, at: now, wall) }
        self.run = nil
        return run.waiters
    }

    /// True if the run is in progress past its deadline, which has been reported.
    func isOverdue(_ id: UInt64) -> Bool {
        run?.id == id && run?.isOverdue == true
    }

    /// The run in progress, if it is past its deadline but not yet marked as overdue.
    func overdueRun(at now: Duration) -> UInt64? {
        guard let run, !run.isOverdue, now.since(run.started) >= policy.timeout else { return nil }
        return run.id
    }

    /// Marks the run in progress as overdue. It continues without waiters.
    mutating func missedDeadline(_ id: UInt64, at now: Duration, wall: Double) -> [DocumentWait]? {
        guard let run, run.id == id, !run.isOverdue else { return nil }
        fail(.timeout, run, at: now, wall)
        self.run?.isOverdue = true
        self.run?.waiters = []
        return run.waiters
    }

    private mutating func begin(at now: Duration, _ waiters: [DocumentWait]) -> UInt64 {
        runs += 1
        run = Run(id: runs, started: now, waiters: waiters)
        return runs
    }

    private mutating func fail(_ reason: HealthReason, _ run: Run, at now: Duration, _ wall: Double) {
        // A run that began in a period already counted as missed does not count again.
        let isCounted = countedUntil.map { run.started < $0 } ?? false
        if !isCounted { failures = min(failures + 1, policy.failureThreshold) }
        countedUntil = nil
        successes = 0
        outcome = outcome(reason, of: run, at: now, wall)
    }

    private func outcome(_ failure: HealthReason?, of run: Run, at now: Duration, _ wall: Double) -> Outcome {
        let isSame = outcome.map { ($0.failure == nil) == (failure == nil) } ?? false
        let since = isSame ? outcome?.since ?? wall : wall
        return Outcome(failure: failure, at: now, wall: wall, took: now.since(run.started), since: since)
    }

    private mutating func cancelOnce() -> Request {
        guard run?.isCancelled == false else { return .ready }
        run?.isCancelled = true
        return .cancel
    }

    // MARK: Missed periods

    /// The number of consecutive failures. Each period in which an overdue run blocks the next one counts as a failure.
    func failures(at now: Duration) -> Int {
        failures + min(missedPeriods(at: now), policy.failureThreshold - failures)
    }

    private func missedPeriods(at now: Duration) -> Int {
        guard let outcome, run?.isOverdue == true else { return 0 }
        return Int(clamping: max(0, now.since(outcome.at).attoseconds) / policy.failurePeriod.attoseconds)
    }

    /// Keeps the failures caused by an overdue run when the run ends.
    private mutating func keepMissedPeriods(at now: Duration) {
        guard let outcome, missedPeriods(at: now) > 0 else { return }
        failures = failures(at: now)
        let period = policy.failurePeriod.attoseconds
        countedUntil = now.adding(Duration(attoseconds: period - now.since(outcome.at).attoseconds % period))
    }

    /// The time for which an outcome is reused. A failure is reused only for `maxAge`, even with a longer background
    /// interval, so that a recovery shows early.
    func lifetime(of outcome: Outcome) -> Duration {
        outcome.failure == nil ? policy.answersFor : policy.maxAge
    }
}
