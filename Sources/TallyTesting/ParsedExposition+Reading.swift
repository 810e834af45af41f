/// Why a value could not be read: more than one series answers.
public struct AmbiguousSeriesError: Error, Sendable, CustomStringConvertible {
    /// The series that have the name and the labels asked for.
    package let series: [String]

    /// A sentence that lists them.
    public var description: String {
        "\(series.count) series answer, so say more labels: \(series.joined(separator: ", "))"
    }
}

extension ParsedExposition {
    /// The one sample that has a name and labels; nil if there is none.
    ///
    /// Labels that are not mentioned may be there: constant labels need not be repeated. A sample with exactly the
    /// labels asked for goes before others that have more.
    ///
    /// - Parameters:
    ///   - name: The sample's name, suffix included: `http_requests_total`, `http_request_duration_seconds_count`.
    ///   - labels: Labels that it has, by name.
    /// - Throws: ``AmbiguousSeriesError`` if several samples answer.
    package func sample(
        _ name: String,
        labels: [String: String] = [:]
    ) throws(AmbiguousSeriesError) -> ParsedSample? {
        let answers = samples(of: name).filter { $0.has(labels) }
        if let exact = answers.first(where: { $0.hasNone(beside: labels) }) { return exact }
        guard answers.count <= 1 else { throw AmbiguousSeriesError(series: answers.map(\.series)) }
        return answers.first
    }

    /// The value of one sample; nil if there is none.
    ///
    /// - Throws: ``AmbiguousSeriesError`` if several samples answer.
    public func value(of name: String, labels: [String: String] = [:]) throws(AmbiguousSeriesError) -> Double? {
        try sample(name, labels: labels)?.value
    }

    /// The value of one sample as it is written, for integers past 2^53; nil if there is none.
    ///
    /// - Throws: ``AmbiguousSeriesError`` if several samples answer.
    public func valueText(of name: String, labels: [String: String] = [:]) throws(AmbiguousSeriesError) -> String? {
        try sample(name, labels: labels)?.valueText
    }

    /// The buckets, count and sum of one histogram; nil if there is no histogram of the name and labels.
    ///
    /// - Parameters:
    ///   - name: The family's name, without `_bucket`.
    ///   - labels: Labels that it has, without `le`.
    /// - Throws: ``AmbiguousSeriesError`` if several histograms answer.
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
