/// The rule for the names of a registry's metrics and labels.
///
/// https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels
public struct NameValidation: Sendable, Hashable, CustomStringConvertible {
    /// The name of the rule.
    public let description: String

    /// Metrics are `[a-zA-Z_:][a-zA-Z0-9_:]*`, labels `[a-zA-Z_][a-zA-Z0-9_]*`. All scrapers and query languages accept
    /// these names.
    public static let legacy = NameValidation(description: "legacy")
    /// Names are any non-empty text, such as `http.server.requests`. Scrapers that do not request such names receive
    /// them escaped (``NameEscaping``). Registration fails if two names would have the same escaped form.
    public static let utf8 = NameValidation(description: "utf8")
}
