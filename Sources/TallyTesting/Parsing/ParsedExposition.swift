/// The result of parsing an exposition.
public struct ParsedExposition: Sendable {
    /// The families, in the order of the exposition.
    package var families: [ParsedFamily]

    /// All samples, in the order of the exposition.
    public var samples: [ParsedSample] { families.flatMap(\.samples) }

    /// Returns the family with this name, which lacks the suffixes of its samples; nil if there is none.
    ///
    /// The name of a counter includes `_total` in Prometheus text, but not in OpenMetrics.
    package func family(_ name: String) -> ParsedFamily? {
        families.first { $0.name.hasSameBytes(as: name) }
    }

    /// Returns the samples with a name, suffix included, in the order of the exposition.
    public func samples(of name: String) -> [ParsedSample] {
        families.flatMap { family in family.samples.filter { $0.name.hasSameBytes(as: name) } }
    }
}

/// A metric family: its metadata and its samples.
package struct ParsedFamily: Sendable {
    /// The type of a family.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case counter, gauge, histogram, summary
        /// A family without a type: `untyped` in Prometheus text.
        case unknown
        /// Facts as labels. Only in OpenMetrics.
        case info
        /// States, each of which is on or off. Only in OpenMetrics.
        case stateset
        /// A histogram of current values, whose counts may decrease. Only in OpenMetrics.
        case gaugeHistogram = "gaugehistogram"
    }

    /// The name in the metadata, or that of the sample if there is no metadata.
    package var name: String
    /// The type; `unknown` without a TYPE line.
    package var kind: Kind
    /// The help text without its escapes; nil without a HELP line.
    package var help: String?
    /// The unit; nil without a UNIT line, or if that is empty. Only in OpenMetrics.
    package var unit: String?
    /// The samples, in the order of the exposition.
    package var samples: [ParsedSample]
    /// The number of the family's first line, from 1.
    package var line: Int
}
