public import Tally

extension MetricRegistry {
    /// Fails unless the registry exposes just these samples.
    ///
    /// ```swift
    /// try registry.expect(
    ///     text: """
    ///         # TYPE http_requests_total counter
    ///         http_requests_total{method="get"} 3
    ///         """
    /// )
    /// ```
    ///
    /// Samples are compared by name, labels in any order, and value as a number. Timestamps are not compared, nor the order
    /// of lines; types and help texts are where the text has them. The registry's own metrics (`tally_series` and so on)
    /// need not be in the text. Scrapes the whole registry.
    ///
    /// - Parameters:
    ///   - text: Prometheus text. HELP and TYPE lines, indentation and the last line feed may be left out.
    ///   - names: The names of the families to look at; nil for all. A family is named as in Prometheus text.
    /// - Throws: ``ExpositionDifference``, which lists what is missing, unexpected or changed; ``ExpositionError`` if the
    ///   text cannot be read.
    public func expect(text: String, of names: Set<String>? = nil) throws {
        let expected = try ExpositionParser(.prometheusText).parse(text + "\n")
        let mentioned = Set(expected.families.map(\.name))
        var actual = try parsed()
        let own = ownFamilyNames
        actual.families.removeAll { family in
            if let names, !names.contains(family.name) { return true }
            return own.contains(family.name) && !mentioned.contains(family.name)
        }
        let difference = ExpositionDifference(expected: expected, actual: actual)
        guard difference.isEmpty else { throw difference }
    }
}
