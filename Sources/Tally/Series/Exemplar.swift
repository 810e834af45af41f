/// An example of what was counted: the labels by which it can be found elsewhere, mostly a trace's identifier.
///
/// ```swift
/// latency.observe(.milliseconds(742), exemplar: ["trace_id": span.traceID])
/// served.increment(exemplar: ["trace_id": span.traceID])
/// ```
///
/// The last one of a counter, and of each bucket of a histogram, is exposed in OpenMetrics, with its value and the time of
/// day. Names are those of labels (`[a-zA-Z_][a-zA-Z0-9_]*`), each at most once; names and values have at most 128
/// characters together, and no value has a NUL, for which Prometheus refuses a whole scrape. One that breaks a rule is dropped, and counted in
/// `tally_rejected_updates_total{reason="exemplar"}`; what it was to be an example of is counted all the same.
///
/// https://prometheus.io/docs/specs/om/open_metrics_spec/#exemplars
public struct Exemplar: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    /// A label of an exemplar.
    public struct Label: Sendable, Hashable {
        /// Its name.
        public let name: String
        /// Its value: any text.
        public let value: String

        /// A label.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The labels, in the order in which they are exposed.
    public let labels: [Label]

    /// The most Unicode characters that names and values have together.
    public static let maxCharacters = 128

    /// An exemplar.
    public init(_ labels: [Label]) {
        self.labels = labels
    }

    /// An exemplar.
    public init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements.map { Label($0.0, $0.1) })
    }

    /// ` # {trace_id="abc"} 0.742 1520879607.789`, or nil for one that breaks a rule.
    func text(_ value: Double, at secondsSinceEpoch: Double) -> [UInt8]? {
        var characters = 0
        var names: Set<String> = []
        var text = Array(" # {".utf8)
        for (index, label) in labels.enumerated() {
            guard MetricName.isValidLabel(label.name), names.insert(label.name).inserted else { return nil }
            characters += label.name.unicodeScalars.count
            // So that a megabyte is not counted to its end.
            characters += label.value.unicodeScalars.prefix(Self.maxCharacters + 1).count
            guard characters <= Self.maxCharacters, !label.value.utf8.contains(0) else { return nil }
            text += Array("\(index > 0 ? "," : "")\(label.name)=\"".utf8) + LabelTextWriter.escaped(label.value)
            text.append(UInt8(ascii: "\""))
        }
        text += Array("} ".utf8) + OutputBuffer.text(of: value)
        if secondsSinceEpoch.isFinite {
            // To the millisecond, as the specification's examples are; more digits would say nothing.
            text += [UInt8(ascii: " ")] + OutputBuffer.text(of: (secondsSinceEpoch * 1000).rounded() / 1000)
        }
        return text
    }
}
