internal import Tally

/// The rules for running a provider's closure and judging its answers.
struct CheckPolicy: Sendable {
    let critical: Bool
    let timeout: Duration
    let maxAge: Duration
    let staleIfError: Duration
    let refreshInterval: Duration?
    let failureThreshold: Int
    let successThreshold: Int

    /// The time for which an answer stays fresh. A background-refreshed answer expires once the next refresh is
    /// overdue; the next request then runs the check itself.
    var answersFor: Duration {
        guard let refreshInterval else { return maxAge }
        return max(maxAge, refreshInterval.adding(timeout))
    }

    /// The period after which a hanging run counts as another failure: the time until the next run after a failure.
    var failurePeriod: Duration { min(maxAge, refreshInterval ?? maxAge) }

    /// The longest duration allowed. A longer one is a mistake, and might overflow a clock's instants.
    static let maxDuration = Duration.seconds(366 * 86_400)

    func validate(for name: String) throws(HealthcheckError) {
        try Self.check("timeout", timeout, of: name)
        try Self.check("maxAge", maxAge, of: name)
        try Self.check("staleIfError", staleIfError, of: name, canBeZero: true)
        if let refreshInterval { try Self.check("refreshInterval", refreshInterval, of: name) }
        for (parameter, value) in [("failureThreshold", failureThreshold), ("successThreshold", successThreshold)]
        where value < 1 {
            throw HealthcheckError(
                .invalidThreshold,
                "the provider \(name.debugDescription) has \(parameter) \(value), but it must be at least 1"
            )
        }
    }

    static func check(
        _ parameter: String,
        _ value: Duration,
        of provider: String? = nil,
        canBeZero: Bool = false
    ) throws(HealthcheckError) {
        guard value > .zero || canBeZero && value == .zero, value <= maxDuration else {
            let owner = provider.map { "the provider \($0.debugDescription)" } ?? "the healthcheck"
            let minimum = canBeZero ? "zero or more" : "more than zero"
            throw HealthcheckError(
                .invalidDuration,
                "\(owner) has \(parameter) \(value), but it must be \(minimum) and at most 366 days"
            )
        }
    }
}
