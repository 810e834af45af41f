internal import Tally

/// A label's name and value, compared by their bytes.
package struct ParsedLabel: Hashable, Sendable, CustomStringConvertible {
    package var name: String
    /// The value, without its escapes.
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    package static func == (one: Self, two: Self) -> Bool {
        one.name.hasSameBytes(as: two.name) && one.value.hasSameBytes(as: two.value)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(ByteName(name))
        hasher.combine(ByteName(value))
    }

    /// `name="value"`, escaped as in an exposition.
    package var description: String {
        let name = name.isLegacyLabelName ? name : "\"\(name.escapedForLabels)\""
        return "\(name)=\"\(value.escapedForLabels)\""
    }
}

/// A timestamp in an exposition.
package struct ParsedTimestamp: Hashable, Sendable {
    /// The timestamp as written: milliseconds in Prometheus text, seconds in OpenMetrics.
    package var text: String
    /// Seconds since the Unix epoch, to the precision of a double.
    package var seconds: Double
}

/// An OpenMetrics exemplar: a reference from a sample to data outside the metrics, such as a trace.
package struct ParsedExemplar: Hashable, Sendable {
    /// The labels, in the order of the exposition.
    package var labels: [ParsedLabel]
    package var value: Double
    /// The value as written.
    package var valueText: String
    /// The time of the observation, if given.
    package var timestamp: ParsedTimestamp?
}

/// A sample in an exposition: a name, labels and a value.
public struct ParsedSample: Sendable, CustomStringConvertible {
    /// The sample's name, suffix included: `http_requests_total`.
    public var name: String
    /// The labels, in the order of the exposition.
    package var labels: [ParsedLabel]
    /// The value.
    public var value: Double
    /// The value as written, which is exact for integers that a double cannot represent.
    public var valueText: String
    /// The sample's timestamp, if given.
    package var timestamp: ParsedTimestamp?
    /// The exemplar, if given. Only in OpenMetrics.
    package var exemplar: ParsedExemplar?
    /// The number of the sample's line, from 1.
    package var line: Int

    /// The value of a label; nil if the sample lacks it.
    public subscript(label name: String) -> String? {
        labels.first { $0.name.hasSameBytes(as: name) }?.value
    }

    /// True if the sample has all of these labels. An empty value stands for an absent label, as in a query.
    package func has(_ wanted: [String: String]) -> Bool {
        wanted.allSatisfy { name, value in (self[label: name] ?? "").hasSameBytes(as: value) }
    }

    /// True if the sample has no labels other than the wanted ones.
    func hasNone(beside wanted: [String: String], and special: String? = nil) -> Bool {
        let own = labels.count { !$0.value.isEmpty && special?.hasSameBytes(as: $0.name) != true }
        return own == wanted.values.count { !$0.isEmpty }
    }

    /// The name and the labels, as in an exposition.
    package var series: String {
        let labels = labels.map(\.description)
        guard name.isLegacyMetricName else {
            return "{\((["\"\(name.escapedForLabels)\""] + labels).joined(separator: ","))}"
        }
        return labels.isEmpty ? name : "\(name){\(labels.joined(separator: ","))}"
    }

    /// The series and its value.
    public var description: String { "\(series) \(valueText)" }
}
