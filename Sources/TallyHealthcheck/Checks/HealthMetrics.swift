internal import Tally

/// The outcomes of the last runs as metrics. A scrape reads them and never runs a check.
struct HealthMetrics: Sendable {
    private let up: DynamicFamily<Gauge>
    private let duration: DynamicFamily<Gauge>
    private let lastSuccess: DynamicFamily<Gauge>

    init(in registry: MetricRegistry) throws(HealthcheckError) {
        func family(_ name: String, _ help: String) throws(RegistrationError) -> DynamicFamily<Gauge> {
            try Gauge.family(validating: name, help: help, labelNames: ["check"], in: registry)
        }
        do throws(RegistrationError) {
            up = try family("health_check_up", "Whether the check's last run answered in time.")
            duration = try family(
                "health_check_duration_seconds",
                "How long the check's last run took, or was waited for."
            )
            lastSuccess = try family(
                "health_check_last_success_timestamp_seconds",
                "When the check last answered, in seconds since 1970."
            )
        } catch {
            throw HealthcheckError(.invalidMetrics, error.description)
        }
    }

    /// Removes the series of an earlier healthcheck. A check without an outcome has no series, because 0 would raise a
    /// false alarm.
    func forget(_ check: String) {
        for family in [up, duration, lastSuccess] { family.remove([check]) }
    }

    func record(_ check: String, _ outcome: CheckState.Outcome) {
        up[[check]].set(outcome.failure == nil ? 1 : 0)
        duration[[check]].set(outcome.took.inSeconds)
        if outcome.failure == nil { lastSuccess[[check]].set(outcome.wall) }
    }
}
