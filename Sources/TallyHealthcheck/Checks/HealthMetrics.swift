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
            up = try family("health_check_up", "1 if the check's last run answered in time, otherwise 0.")
            duration = try family(
                "health_check_duration_seconds",
                "Duration of the check's last run, or the wait until it was abandoned."
            )
            lastSuccess = try family(
                "health_check_last_success_timestamp_seconds",
                "Time of the check's last answer, in seconds since 1970."
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
