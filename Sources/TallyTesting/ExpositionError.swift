/// Why bytes are not an exposition: where, and what is wrong.
public struct ExpositionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of mistake it is.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's name.
        public let description: String

        // The text as a whole.
        /// The Content-Type is that of neither text format.
        public static let unknownFormat = Code(description: "unknownFormat")
        /// The bytes are not UTF-8.
        public static let invalidUTF8 = Code(description: "invalidUTF8")
        /// Prometheus text that does not end with a line feed.
        public static let missingLineFeed = Code(description: "missingLineFeed")
        /// OpenMetrics text without its last line, `# EOF`.
        public static let missingEOF = Code(description: "missingEOF")
        /// Something after `# EOF`.
        public static let textAfterEOF = Code(description: "textAfterEOF")
        /// A blank line, or one that begins with `#` and is none of the format's.
        public static let unexpectedLine = Code(description: "unexpectedLine")

        // HELP, TYPE and UNIT.
        /// A HELP, TYPE or UNIT line that lacks something or has too much.
        public static let invalidMetadata = Code(description: "invalidMetadata")
        /// A second line of one kind for a family.
        public static let repeatedMetadata = Code(description: "repeatedMetadata")
        /// A HELP, TYPE or UNIT line after the family's samples.
        public static let misplacedMetadata = Code(description: "misplacedMetadata")
        /// A type that the format does not have.
        public static let unknownType = Code(description: "unknownType")
        /// A unit that is not the end of the name, or on a type that has none.
        public static let invalidUnit = Code(description: "invalidUnit")

        // A sample's line.
        /// A metric name that is missing, not allowed unquoted, or given twice.
        public static let invalidMetricName = Code(description: "invalidMetricName")
        /// A label name that is missing, not allowed unquoted, or reserved.
        public static let invalidLabelName = Code(description: "invalidLabelName")
        /// Two labels of one name.
        public static let duplicateLabel = Code(description: "duplicateLabel")
        /// Labels that are not `{name="value",…}`.
        public static let invalidLabels = Code(description: "invalidLabels")
        /// A backslash before what it does not escape.
        public static let invalidEscape = Code(description: "invalidEscape")
        /// A value that is no number, or is missing.
        public static let invalidValue = Code(description: "invalidValue")
        /// A timestamp that is none, or is missing after its space.
        public static let invalidTimestamp = Code(description: "invalidTimestamp")
        /// An exemplar that is not ` # {…} value [timestamp]`, or whose value is not in its bucket.
        public static let invalidExemplar = Code(description: "invalidExemplar")
        /// An exemplar on a sample that cannot have one.
        public static let misplacedExemplar = Code(description: "misplacedExemplar")
        /// An exemplar with more than 128 code points of label names and values.
        public static let exemplarTooLong = Code(description: "exemplarTooLong")

        // Families and series.
        /// Two families of one name, or with samples of one name.
        public static let clashingNames = Code(description: "clashingNames")
        /// A sample without the suffix that its family's type asks for.
        public static let wrongSuffix = Code(description: "wrongSuffix")
        /// The lines of a family, or of a metric within it, are not together.
        public static let interleaved = Code(description: "interleaved")
        /// The same series twice.
        public static let duplicateSeries = Code(description: "duplicateSeries")
        /// Timestamps of a metric that go back, or that only some of its samples have.
        public static let timestampOrder = Code(description: "timestampOrder")
        /// A label that the type needs or forbids: `le`, `quantile`, a state.
        public static let invalidTypeLabel = Code(description: "invalidTypeLabel")
        /// A value that the type does not allow: a negative counter, half an observation.
        public static let invalidTypeValue = Code(description: "invalidTypeValue")
        /// Buckets, count and sum that do not go together.
        public static let invalidHistogram = Code(description: "invalidHistogram")
    }

    /// What kind of mistake it is.
    public let code: Code
    /// The line, from 1.
    public let line: Int
    /// The byte in the line, from 1.
    public let column: Int
    /// What is wrong, in words.
    public let problem: String

    init(_ code: Code, line: Int, column: Int = 1, _ problem: String) {
        self.code = code
        self.line = line
        self.column = column
        self.problem = problem
    }

    /// `line 3, column 7: …`
    public var description: String { "line \(line), column \(column): \(problem)" }
}
