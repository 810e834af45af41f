/// The result of parsing an exposition.
public struct ParsedExposition: Sendable {
    /// The families, in the order they stand in.
    package var families: [ParsedFamily]

    /// All samples, in the order they stand in.
    public var samples: [ParsedSample] { families.flatMap(\.samples) }

    /// The family of a name, without the suffixes of its samples; nil if there is none.
    ///
    /// A counter's name ends in `_total` in Prometheus text, and lacks it in OpenMetrics.
    package func family(_ name: String) -> ParsedFamily? {
        families.first { $0.name.hasSameBytes(as: name) }
    }

    /// The samples of a name, suffix included, in the order they stand in.
    public func samples(of name: String) -> [ParsedSample] {
        families.flatMap { family in family.samples.filter { $0.name.hasSameBytes(as: name) } }
    }
}

/// A metric family: its metadata and its samples.
package struct ParsedFamily: Sendable {
    /// The type of a family.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// A total that only grows.
        case counter
        /// A value that goes up and down.
        case gauge
        /// Counts by bucket.
        case histogram
        /// Quantiles, a count and a sum.
        case summary
        /// A family without a type: `untyped` in Prometheus text.
        case unknown
        /// Facts as labels. OpenMetrics alone has it.
        case info
        /// States, each of which holds or not. OpenMetrics alone has it.
        case stateset
        /// A histogram of what is, not of what was. OpenMetrics alone has it.
        case gaugeHistogram = "gaugehistogram"
    }

    /// The name in its metadata, or of its sample if it has none.
    package var name: String
    /// The type; `unknown` where no TYPE line says more.
    package var kind: Kind
    /// The help text without its escapes; nil without a HELP line.
    package var help: String?
    /// The unit; nil without a UNIT line, or where that is empty. OpenMetrics alone has it.
    package var unit: String?
    /// The samples, in the order they stand in.
    package var samples: [ParsedSample]
    /// The family's first line, from 1.
    package var line: Int
}
