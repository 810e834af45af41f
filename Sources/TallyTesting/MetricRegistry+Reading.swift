public import Tally

/// Values as a scrape would see them. Each call scrapes the whole registry: it calls observed gauges and updates the
/// registry's own metrics. To refresh asynchronous collectors, await `collect(for:)` first.
extension MetricRegistry {
    /// Returns the registry's exposition, parsed in the format of its Content-Type.
    ///
    /// - Parameter accept: The Accept header of a scraper; nil for Prometheus text 0.0.4.
    /// - Throws: ``ExpositionError`` if the header selects JSON, or if the exposition violates its own format, which
    ///   would be a defect in Tally.
    public func parsed(accept: String? = nil) throws(ExpositionError) -> ParsedExposition {
        try Self.parsed(exposition(accept: accept))
    }

    /// Returns the parsed exposition with UTF-8 names as they were registered, so that tests need not escape them.
    func parsed(names: [String]) throws(ExpositionError) -> ParsedExposition {
        try Self.parsed(exposition(for: ScrapeRequest(as: .prometheusText(escaping: .allowUTF8), names: names)))
    }

    private static func parsed(_ exposition: Exposition) throws(ExpositionError) -> ParsedExposition {
        guard let parser = ExpositionParser(contentType: exposition.contentType) else {
            let problem = "\(exposition.contentType) is not a text format: accept text/plain"
            throw ExpositionError(.unknownFormat, line: 1, problem)
        }
        return try parser.parse(exposition.body)
    }

    /// Returns the value of one sample, as ``ParsedExposition/value(of:labels:)`` does; nil if there is none.
    ///
    /// Pass UTF-8 names as they were registered: `http.requests_total`.
    ///
    /// ```swift
    /// #expect(try registry.value(of: "http_requests_total", labels: ["method": "get"]) == 3)
    /// ```
    ///
    /// - Throws: ``AmbiguousSeriesError`` if several samples match.
    public func value(of name: String, labels: [String: String] = [:]) throws -> Double? {
        try parsed(names: []).value(of: name, labels: labels)
    }

    /// Returns the text of one sample's value, which is exact even for integers past 2^53; nil if there is none.
    ///
    /// - Throws: ``AmbiguousSeriesError`` if several samples match.
    public func valueText(of name: String, labels: [String: String] = [:]) throws -> String? {
        try parsed(names: []).valueText(of: name, labels: labels)
    }

    /// Returns the samples with a name, suffix included, in the order of the exposition; empty if there are none.
    public func samples(of name: String) throws -> [ParsedSample] {
        try parsed(names: []).samples(of: name)
    }

    /// Returns the buckets, count and sum of one histogram; nil if there is none.
    ///
    /// - Throws: ``AmbiguousSeriesError`` if several histograms match.
    public func histogram(of name: String, labels: [String: String] = [:]) throws -> ParsedHistogram? {
        try parsed(names: []).histogram(of: name, labels: labels)
    }
}
