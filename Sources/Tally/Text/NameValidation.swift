/// The rule for the names of a registry's metrics and labels.
///
/// https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels
public struct NameValidation: Sendable, Hashable, CustomStringConvertible {
    /// The scheme's name.
    public let description: String

    /// Metrics are `[a-zA-Z_:][a-zA-Z0-9_:]*`, labels `[a-zA-Z_][a-zA-Z0-9_]*`. Every scraper and query language
    /// accepts these names.
    public static let legacy = NameValidation(description: "legacy")
    /// Names are any text that is not empty, such as `http.server.requests`. Scrapers that cannot read such names
    /// receive them escaped (``NameEscaping``). Registration fails if two names would have the same escaped form.
    public static let utf8 = NameValidation(description: "utf8")
}
