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
    /// Samples are compared by name, labels in any order, and value as a number. Timestamps are not compared, nor the
    /// order of lines; types and help texts are where the text has them. The registry's own metrics (`tally_series` and
    /// so on) need not be in the text, unless they are named. UTF-8 names are as they were registered:
    /// `{"http.requests_total"} 3`.
    ///
    /// - Parameters:
    ///   - text: Prometheus text. HELP and TYPE lines, indentation and the last line feed may be left out.
    ///   - names: The families to look at, by their name or that of one of their samples, as `name[]` asks for them;
    ///     nil for all.
    /// - Throws: ``ExpositionDifferenceError``, which lists what is missing, unexpected or changed; ``ExpositionError``
    ///   if the text cannot be read.
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
