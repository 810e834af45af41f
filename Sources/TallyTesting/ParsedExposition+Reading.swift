/// An error thrown if several series match a name and labels.
public struct AmbiguousSeriesError: Error, Sendable, CustomStringConvertible {
    /// The series that match.
    package let series: [String]

    /// A sentence that lists the series.
    public var description: String {
        "\(series.count) series match, so add labels that select one: \(series.joined(separator: ", "))"
    }
}

extension ParsedExposition {
    /// Returns the one sample that has a name and labels; nil if there is none.
    ///
    /// A sample with further labels matches too, so constant labels need not be repeated. A sample with exactly the
    /// given labels takes precedence.
    ///
    /// - Parameters:
    ///   - name: The sample's name, suffix included: `http_requests_total`, `http_request_duration_seconds_count`.
    ///   - labels: The values of labels that the sample must have, by name.
    /// - Throws: ``AmbiguousSeriesError`` if several samples match.
    package func sample(
        _ name: String,
        labels: [String: String] = [:]
    ) throws(AmbiguousSeriesError) -> ParsedSample? {
        let answers = samples(of: name).filter { $0.has(labels) }
        if let exact = answers.first(where: { $0.hasNone(beside: labels) }) { return exact }
        guard answers.count <= 1 else { throw AmbiguousSeriesError(series: answers.map(\.series)) }
        return answers.first
    }

    /// Returns the value of one sample; nil if there is none.
    ///
    /// - Throws: ``AmbiguousSeriesError`` if several samples match.
    public func value(of name: String, labels: [String: String] = [:]) throws(AmbiguousSeriesError) -> Double? {
        try sample(name, labels: labels)?.value
    }

    /// Returns the text of one sample's value, which is exact even for integers past 2^53; nil if there is none.
    ///
    /// - Throws: ``AmbiguousSeriesError`` if several samples match.
    public func valueText(of name: String, labels: [String: String] = [:]) throws(AmbiguousSeriesError) -> String? {
        try sample(name, labels: labels)?.valueText
    }

    /// Returns the buckets, count and sum of one histogram; nil if there is none with the name and labels.
    ///
    /// - Parameters:
    ///   - name: The family's name, without `_bucket`.
    ///   - labels: The values of labels that the histogram must have, by name, without `le`.
    /// - Throws: ``AmbiguousSeriesError`` if several histograms match.
    public func histogram(
        of name: String,
        labels: [String: String] = [:]
    ) throws(AmbiguousSeriesError) -> ParsedHistogram? {
        guard let family = family(name), family.kind == .histogram || family.kind == .gaugeHistogram else { return nil }
        func part(_ sample: ParsedSample) -> String {
            String(decoding: Array(sample.name.utf8.dropFirst(name.utf8.count)), as: UTF8.self)
        }
        let answers = family.samples.filter { $0.has(labels) }
        let whole = answers.filter { part($0) == "_bucket" && $0[label: "le"] == "+Inf" }
        let exact = whole.first { $0.hasNone(beside: labels, and: "le") }
        guard let last = exact ?? whole.first else { return nil }
        guard whole.count == 1 || exact != nil else {
            throw AmbiguousSeriesError(series: whole.map(\.series))
        }
        let key = last.key(named: nil, without: "le")
        let samples = answers.filter { $0.key(named: nil, without: part($0) == "_bucket" ? "le" : nil) == key }
        return ParsedHistogram(
            buckets: samples.filter { part($0) == "_bucket" }.map {
                ParsedHistogram.Bucket(bound: $0[label: "le"] ?? "", cumulativeCount: $0.value)
            },
            count: last.value,
            sum: samples.first { ["_sum", "_gsum"].contains(part($0)) }?.value
        )
    }
}
