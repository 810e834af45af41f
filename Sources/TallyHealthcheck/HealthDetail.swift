/// How much a document tells.
public enum HealthDetail: Sendable, Hashable, CaseIterable {
    /// Every key, and every check.
    case full
    /// The status, and the keys that the ``Healthcheck`` was told are public. No name, state, reason or time of a check,
    /// in any format.
    case `public`
}
