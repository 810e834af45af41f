/// The level of detail in a document.
public enum HealthDetail: Sendable, Hashable, CaseIterable {
    /// Every key, and every check.
    case full
    /// The status, and the keys that the ``Healthcheck`` declares public. Omits every check's name, state, reason and
    /// time, in any format.
    case `public`
}
