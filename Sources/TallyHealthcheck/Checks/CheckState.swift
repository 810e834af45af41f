internal import Tally

/// What is known of a provider, and what to do next. No clock and no lock: it is told the time, and returns actions.
struct CheckState {
    /// A run of the closure, from its start to its answer, however late.
    struct Run {
        let id: UInt64
        let started: Duration
        /// Past its deadline: abandoned, but not over.
        var isOverdue = false
        var isCancelled = false
        var waiters: [DocumentWait] = []
    }

    /// The last good values.
    struct Answer {
        let values: [[UInt8]]
        let at: Duration
    }

    /// How the last run ended that was over, or abandoned.
    struct Outcome {
        /// Nil if it answered.
        var failure: HealthReason?
        let at: Duration
        /// When that was, by the machine's time of day: seconds since 1970. Only shown.
        let wall: Double
        let took: Duration
    }

    /// What somebody who asks is to do.
    enum Request: Equatable {
        /// Nothing: what is known will do, or will not get better by waiting.
        case ready
        /// Wait for the run under way.
        case wait
        /// Start a run, and wait for it.
        case start(run: UInt64)
        /// Cancel the run under way, which is long overdue; there is nothing to wait for.
        case cancel
    }

    let policy: CheckPolicy
    private(set) var run: Run?
    private(set) var answer: Answer?
    private(set) var outcome: Outcome?
    /// Failures in a row, at most `failAfter`.
    private var failures = 0
    /// The end of the last period that an overdue run missed and that was counted when the run ended.
    private var countedUntil: Duration?
    /// Answers in a row.
    private var successes = 0
    /// True if the check failed and has not answered `okAfter` times since.
    private(set) var isHeldDown = false
    private var runs: UInt64 = 0

    init(_ policy: CheckPolicy) {
        self.policy = policy
    }

    // MARK: What happens

    /// Somebody wants to know. A run that is to be waited for tells `waiter` when it is settled.
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

    /// The time of a run in the background has come.
    mutating func refresh(at now: Duration) -> Request {
        guard let run else { return .start(run: begin(at: now, [])) }
        return run.isOverdue ? cancelOnce() : .wait
    }

    /// The run answered, in time or late.
    ///
    /// - Returns: Those who wait for it.
    mutating func answered(_ id: UInt64, _ values: [[UInt8]], at now: Duration, wall: Double) -> [DocumentWait] {
        guard let run, run.id == id else { return [] }
        // An old answer that nobody renewed is no failure.
        let hadFailed = (outcome?.failure != nil || isHeldDown) && view(at: now).status == .fail
        self.run = nil
        failures = 0
        countedUntil = nil
        successes = min(successes + 1, policy.okAfter)
        isHeldDown = hadFailed && successes < policy.okAfter
        answer = Answer(values: values, at: now)
        outcome = Outcome(failure: nil, at: now, wall: wall, took: now.since(run.started))
        return run.waiters
    }

    /// The run threw. A late error is not another failure, because the missed deadline was one; it only makes room for
    /// the next run.
    mutating func failed(_ id: UInt64, at now: Duration, wall: Double) -> [DocumentWait] {
        guard let run, run.id == id else { return [] }
        if run.isOverdue { keepMissedPeriods(at: now) } else { fail(.error, run, at: now, wall) }
        self.run = nil
        return run.waiters
    }

    /// Returns whether the run is under way past its deadline, and thus has been reported.
    func isOverdue(_ id: UInt64) -> Bool {
        run?.id == id && run?.isOverdue == true
    }

    /// The run under way, if it should have answered by now and nobody has said so yet.
    func overdueRun(at now: Duration) -> UInt64? {
        guard let run, !run.isOverdue, now.since(run.started) >= policy.timeout else { return nil }
        return run.id
    }

    /// The run under way did not answer in time. It is let go on, and nobody waits for it any more.
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
        // A period counts once, even if it was missed first and its late run then failed as well.
        let isCounted = countedUntil.map { run.started < $0 } ?? false
        if !isCounted { failures = min(failures + 1, policy.failAfter) }
        countedUntil = nil
        successes = 0
        outcome = Outcome(failure: reason, at: now, wall: wall, took: now.since(run.started))
    }

    private mutating func cancelOnce() -> Request {
        guard run?.isCancelled == false else { return .ready }
        run?.isCancelled = true
        return .cancel
    }

    // MARK: Missed periods

    /// The number of failures in a row. Each period in which an overdue run kept the next one from starting is one.
    func failures(at now: Duration) -> Int {
        failures + min(missedPeriods(at: now), policy.failAfter - failures)
    }

    private func missedPeriods(at now: Duration) -> Int {
        guard let outcome, run?.isOverdue == true else { return 0 }
        return Int(clamping: max(0, now.since(outcome.at).attoseconds) / policy.failurePeriod.attoseconds)
    }

    /// Keeps the failures that an overdue run has caused, now that it ends.
    private mutating func keepMissedPeriods(at now: Duration) {
        guard let outcome, missedPeriods(at: now) > 0 else { return }
        failures = failures(at: now)
        let period = policy.failurePeriod.attoseconds
        countedUntil = now.adding(Duration(attoseconds: period - now.since(outcome.at).attoseconds % period))
    }

    /// How long an outcome is used. A failure only as long as an answer on demand is: the one before it may come back.
    func lifetime(of outcome: Outcome) -> Duration {
        outcome.failure == nil ? policy.answersFor : policy.freshFor
    }
}
