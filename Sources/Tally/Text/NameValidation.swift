/// The rule for the names of metrics and labels in a registry.
///
/// https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels
public struct NameValidation: Sendable, Hashable, CustomStringConvertible {
    /// The scheme's name.
    public let description: String

    /// Metrics `[a-zA-Z_:][a-zA-Z0-9_:]*` and labels `[a-zA-Z_][a-zA-Z0-9_]*`: what every scraper and query language takes.
    public static let legacy = NameValidation(description: "legacy")
    /// Any text that is not empty: `http.server.requests`. Scrapers that cannot read such names get them escaped, see
    /// ``NameEscaping``; two names that would then be one are an error.
    public static let utf8 = NameValidation(description: "utf8")
}
