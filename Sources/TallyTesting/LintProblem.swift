/// A name, help or label that makes a metric hard to use, though it can be scraped.
public struct LintProblem: Hashable, Sendable, CustomStringConvertible {
    /// Which convention it is about.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's name.
        public let description: String

        /// There is no help text.
        public static let missingHelp = Code(description: "missingHelp")
        /// A counter's name does not end in `_total`.
        public static let counterWithoutTotal = Code(description: "counterWithoutTotal")
        /// The name of something else ends in `_total`.
        public static let totalWithoutCounter = Code(description: "totalWithoutCounter")
        /// A name ends in `_bucket`, `_count` or `_sum`, which belong to histograms and summaries.
        public static let reservedSuffix = Code(description: "reservedSuffix")
        /// A label is called `le` or `quantile`, which belong to histograms and summaries.
        public static let reservedLabel = Code(description: "reservedLabel")
        /// A unit is not a base unit: `_milliseconds`.
        public static let unitNotBase = Code(description: "unitNotBase")
        /// A unit is abbreviated: `_ms`.
        public static let abbreviatedUnit = Code(description: "abbreviatedUnit")
        /// The type is part of the name: `_gauge`.
        public static let typeInName = Code(description: "typeInName")
        /// The name or a label's name is in camelCase.
        public static let camelCase = Code(description: "camelCase")
        /// The name has a colon, which belongs to recording rules.
        public static let colonInName = Code(description: "colonInName")
    }

    /// The metric's name, as in Prometheus text.
    public let metric: String
    /// Which convention it is about.
    public let code: Code
    /// What is wrong, and what to do.
    public let text: String

    /// The metric and the text.
    public var description: String { "\(metric): \(text) [\(code)]" }
}

/// The problems that `expectNoLint(except:)` found.
public struct LintError: Error, Sendable, CustomStringConvertible {
    /// The problems, by metric.
    public let problems: [LintProblem]

    /// A line a problem.
    public var description: String {
        "\(problems.count) problems with metrics:\n" + problems.map { "  \($0)" }.joined(separator: "\n")
    }
}
