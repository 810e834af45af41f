internal import Tally
internal import TallyHealthcheck

/// The values that one answer shows, in any format.
struct Overview: Sendable {
    let metrics: RegistryReading
    let health: HealthOverview?
    /// The time since the page was created.
    let pageAge: Duration
    /// Seconds since 1970.
    let wallSeconds: Double
}
