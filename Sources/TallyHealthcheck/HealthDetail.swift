/// How much a document tells.
public enum HealthDetail: Sendable, Hashable, CaseIterable {
    /// Every key, and every check.
    case full
    /// The status, and the keys that the ``Healthcheck`` was told are public. No checks.
    case `public`
}
