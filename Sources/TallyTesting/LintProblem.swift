/// A name, help text or label that makes a metric hard to use, although it can be scraped.
public struct LintProblem: Hashable, Sendable, CustomStringConvertible {
    /// The broken convention.
    package enum Code: String, Sendable {
        case missingHelp, counterWithoutTotal, totalWithoutCounter, typeInName, camelCase, colonInName
        /// Names that end in `_bucket`, `_count` or `_sum`, and the labels `le` and `quantile`, are for histograms and
        /// summaries.
        case reservedSuffix, reservedLabel
        /// `_milliseconds` is not a base unit, and `_ms` is abbreviated.
        case unitNotBase, abbreviatedUnit
    }

    /// The metric's name, as in Prometheus text.
    public let metric: String
    package let code: Code
    /// A description of the problem or of its remedy.
    public let text: String

    /// The metric and the text.
    public var description: String { "\(metric): \(text) [\(code)]" }
}

/// The problems that `expectNoLint(except:)` found.
public struct LintError: Error, Sendable, CustomStringConvertible {
    /// The problems, sorted by metric.
    public let problems: [LintProblem]

    /// The number of problems, and one line per problem.
    public var description: String {
        let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
        return "\(count) with metrics:\n" + problems.map { "  \($0)" }.joined(separator: "\n")
    }
}
