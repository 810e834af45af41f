public import Tally

extension MetricRegistry {
    /// Throws an error unless the registry exposes exactly these samples.
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
    /// Samples are compared by name, labels in any order, and numeric value. Timestamps and the order of lines are not
    /// compared. Types and help texts are compared only if the text contains them. The text may omit the registry's own
    /// metrics (`tally_series` and so on), unless `names` contains them. Write UTF-8 names as they were registered:
    /// `{"http.requests_total"} 3`.
    ///
    /// - Parameters:
    ///   - text: Prometheus text. HELP and TYPE lines, indentation and the last line feed are optional.
    ///   - names: The families to compare, by their own name or that of one of their samples, as in a scrape's
    ///     `name[]`; nil for all.
    /// - Throws: ``ExpositionDifferenceError``, which lists the missing, unexpected and changed samples;
    ///   ``ExpositionError`` if the text cannot be parsed.
    public func expect(text: String, of names: Set<String>? = nil) throws {
        let expected = try ExpositionParser(.prometheusText).parse(text + "\n")
        let mentioned = Set(expected.families.map(\.name))
        var actual = try parsed(names: names.map(Array.init) ?? [])
        let own = ownFamilyNames
        actual.families.removeAll { family in
            guard let names else { return own.contains(family.name) && !mentioned.contains(family.name) }
            return names.isEmpty
        }
        let difference = ExpositionDifferenceError(expected: expected, actual: actual)
        guard difference.isEmpty else { throw difference }
    }
}
