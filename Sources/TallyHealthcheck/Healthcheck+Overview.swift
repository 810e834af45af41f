/// The state of a healthcheck, for a page that shows it to an operator.
package struct HealthOverview: Sendable {
    package struct Check: Sendable {
        package let name: String
        package let status: HealthStatus
        /// A fixed word. Nil if the status is ``HealthStatus/ok``.
        package let reason: String?
        package let isCritical: Bool
        /// The time when the check last began to succeed or to fail, in seconds since 1970. Nil before the first
        /// outcome.
        package let since: Double?
        /// The duration of the last run.
        package let took: Duration?
    }

    package let status: HealthStatus
    /// The service's name and version, as JSON strings.
    package let name: [UInt8]
    package let version: [UInt8]
    package let checks: [Check]
}

extension Healthcheck {
    /// Runs the checks that are due, and returns the state of all of them by the deadline of readiness.
    package func overview() async -> HealthOverview {
        let asked = await refresh(within: readinessDeadline)
        let states = sections.map { $0.state(at: asked) }
        let checks = states.compactMap { state -> HealthOverview.Check? in
            guard let view = state.view, case .check(let check) = state.section.source else { return nil }
            return HealthOverview.Check(
                name: check.name,
                status: view.status,
                reason: view.reason?.rawValue,
                isCritical: check.policy.critical,
                since: view.outcome?.since,
                took: view.outcome?.took
            )
        }
        return HealthOverview(
            status: Self.status(of: states),
            name: serviceText.name,
            version: serviceText.version,
            checks: checks
        )
    }
}
