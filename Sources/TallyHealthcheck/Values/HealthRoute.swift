/// A route of a healthcheck: its document, or one of its probes.
public enum HealthRoute: Sendable, CaseIterable {
    /// The document: ``Healthcheck/document(accept:detail:)``.
    case document
    /// The probe ``Healthcheck/liveness()``.
    case liveness
    /// The probe ``Healthcheck/readiness()``.
    case readiness
    /// The probe ``Healthcheck/startup()``.
    case startup

    /// The customary path: `/.well-known/healthcheck.json`, `/live`, `/ready` or `/startup`.
    public var path: String {
        switch self {
        case .document: "/.well-known/healthcheck.json"
        case .liveness: "/live"
        case .readiness: "/ready"
        case .startup: "/startup"
        }
    }
}
