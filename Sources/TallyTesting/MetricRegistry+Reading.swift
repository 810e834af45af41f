public import Tally

/// What a scrape would see, for a test to look at. Each call scrapes the whole registry: observing gauges run, and a
/// registry's own metrics are brought up to date. Collectors that have to be waited for say what they last said: await
/// `collect(for:)` first.
extension MetricRegistry {
    /// The registry's exposition, read back by the parser that its Content-Type asks for.
    ///
    /// - Parameter accept: The Accept header of a scraper; nil for Prometheus text 0.0.4.
    /// - Throws: ``ExpositionError`` if the registry does not write the format it says it does, which would be a defect
    ///   of Tally's, or if the header asks for JSON.
    public func parsed(accept: String? = nil) throws(ExpositionError) -> ParsedExposition {
        try Self.parsed(exposition(accept: accept))
    }

    /// What a scrape would see, with UTF-8 names as they were registered: a test should not have to know what a scraper
    /// without them would be told.
    func parsed(names: [String]) throws(ExpositionError) -> ParsedExposition {
        try Self.parsed(exposition(for: ScrapeRequest(as: .prometheusText(escaping: .allowUTF8), names: names)))
    }

    private static func parsed(_ exposition: Exposition) throws(ExpositionError) -> ParsedExposition {
        guard let parser = ExpositionParser(contentType: exposition.contentType) else {
            throw ExpositionError(.unknownFormat, line: 1, "\(exposition.contentType) is no text format")
        }
        return try parser.parse(exposition.body)
    }

    /// The value of one sample, as ``ParsedExposition/value(of:labels:)`` finds it; nil if there is none.
    ///
    /// UTF-8 names are as they were registered: `http.requests_total`.
    ///
    /// ```swift
    /// #expect(try registry.value(of: "http_requests_total", labels: ["method": "get"]) == 3)
    /// ```
    ///
    /// - Throws: ``AmbiguousSeriesError`` if several samples answer.
    public func value(of name: String, labels: [String: String] = [:]) throws -> Double? {
        try parsed(names: []).value(of: name, labels: labels)
    }

    /// The value of one sample as it is written, for integers past 2^53; nil if there is none.
    ///
    /// - Throws: ``AmbiguousSeriesError`` if several samples answer.
    public func valueText(of name: String, labels: [String: String] = [:]) throws -> String? {
        try parsed(names: []).valueText(of: name, labels: labels)
    }

    /// The samples of a name, suffix included, in the order they are exposed in; none if there is no such name.
    public func samples(of name: String) throws -> [ParsedSample] {
        try parsed(names: []).samples(of: name)
    }

    /// The buckets, count and sum of one histogram; nil if there is none.
    ///
    /// - Throws: ``AmbiguousSeriesError`` if several histograms answer.
    public func histogram(of name: String, labels: [String: String] = [:]) throws -> ParsedHistogram? {
        try parsed(names: []).histogram(of: name, labels: labels)
    }
}
