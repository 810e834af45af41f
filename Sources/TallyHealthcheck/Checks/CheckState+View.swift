internal import Tally

extension CheckState {
    /// The part of a document that describes one provider.
    struct View {
        let status: HealthStatus
        let reason: HealthReason?
        /// The values, or nil if there are none to show. Old values are always marked `stale`, and unknown ones never
        /// appear as 0.
        let values: [[UInt8]]?
        let outcome: Outcome?
    }

    /// Returns the state as a document shows it.
    ///
    /// - Parameter asked: The time of the request. Later answers count as fresh, however long other checks take.
    func view(at asked: Duration) -> View {
        guard let outcome else { return View(status: .fail, reason: .pending, values: nil, outcome: nil) }
        let isFresh = asked.since(outcome.at) < lifetime(of: outcome)
        if isFresh, outcome.failure == nil {
            return View(
                status: isHeldDown ? .fail : .ok,
                reason: isHeldDown ? .pending : nil,
                values: answer?.values,
                outcome: outcome
            )
        }
        // Only a warning may show old values. Next to `fail`, they would look current.
        if let answer, !isHeldDown, isShown(answer, at: asked) {
            return View(status: .warn, reason: .stale, values: answer.values, outcome: outcome)
        }
        guard let failure = outcome.failure else {
            let hasFailed = isHeldDown || policy.failureThreshold == 1 && !isBeingRenewed(at: asked)
            return View(status: hasFailed ? .fail : .warn, reason: .pending, values: nil, outcome: outcome)
        }
        let hasFailed = isHeldDown || answer == nil || failures(at: asked) >= policy.failureThreshold
        // The failure has expired, but the overdue run still blocks a new one.
        let isBlocked = !isFresh && run?.isOverdue == true
        return View(
            status: hasFailed ? .fail : .warn,
            reason: isBlocked ? .busy : failure,
            values: nil,
            outcome: outcome
        )
    }

    /// Returns true if a run is in progress that may still answer in time. Until its deadline, nothing contradicts the
    /// previous answer.
    private func isBeingRenewed(at asked: Duration) -> Bool {
        run.map { asked.since($0.started) < policy.timeout } ?? false
    }

    /// Returns true if values that are no longer fresh may still be shown.
    private func isShown(_ answer: Answer, at asked: Duration) -> Bool {
        policy.staleIfError > .zero && asked.since(answer.at) <= policy.staleIfError
    }
}
