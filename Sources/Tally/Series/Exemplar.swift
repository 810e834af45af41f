/// Labels, usually a trace ID, that link a metric to one of the events it counted.
///
/// ```swift
/// latency.observe(.milliseconds(742), exemplar: ["trace_id": span.traceID])
/// served.increment(exemplar: ["trace_id": span.traceID])
/// ```
///
/// OpenMetrics and protobuf expose the last exemplar of each counter and of each bucket of a histogram, with its value
/// and time. A registry can read exemplars from the context of updates: see ``MetricRegistry`` (`exemplars:`).
///
/// Names are valid label names (`[a-zA-Z_][a-zA-Z0-9_]*`) and unique. Names and values have at most 128 characters in
/// total. A value contains no NUL, because Prometheus rejects the whole scrape for it. An exemplar that breaks a rule
/// is dropped and counted in `tally_rejected_updates_total{reason="exemplar"}`. Its event is still counted.
///
/// https://prometheus.io/docs/specs/om/open_metrics_spec/#exemplars
public struct Exemplar: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    struct Label: Sendable, Hashable {
        let name: String
        let value: String
    }

    /// In the order in which they are exposed.
    let labels: [Label]

    /// The maximum number of Unicode scalars in all names and values.
    static let maxCharacters = 128

    /// Creates an exemplar from names and values, which are exposed in this order.
    public init(_ labels: [(name: String, value: String)]) {
        self.labels = labels.map { Label(name: $0.name, value: $0.value) }
    }

    /// Creates an exemplar from a literal of names and values.
    public init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements.map { (name: $0.0, value: $0.1) })
    }

    /// The text ` # {trace_id="abc"} 0.742 1520879607.789`, or nil if the exemplar breaks a rule.
    func text(_ value: Double, at secondsSinceEpoch: Double) -> [UInt8]? {
        var characters = 0
        var names: Set<String> = []
        var text = Array(" # {".utf8)
        for (index, label) in labels.enumerated() {
            guard MetricName.isValidLabel(label.name), names.insert(label.name).inserted else { return nil }
            characters += label.name.unicodeScalars.count
            // Stops early: a value may be a megabyte long.
            characters += label.value.unicodeScalars.prefix(Self.maxCharacters + 1).count
            guard characters <= Self.maxCharacters, !label.value.utf8.contains(0) else { return nil }
            text += Array("\(index > 0 ? "," : "")\(label.name)=\"".utf8) + LabelTextWriter.escaped(label.value)
            text.append(UInt8(ascii: "\""))
        }
        text += Array("} ".utf8) + OutputBuffer.text(of: value)
        if secondsSinceEpoch.isFinite {
            // Milliseconds, as in the specification's examples.
            text += [UInt8(ascii: " ")] + OutputBuffer.text(of: (secondsSinceEpoch * 1000).rounded() / 1000)
        }
        return text
    }
}
