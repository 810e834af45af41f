/// A mistake in an exposition: its position and the problem.
public struct ExpositionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of mistake, for the parser's own tests.
    package enum Code: String, Sendable {
        // The text as a whole.
        case unknownFormat, invalidUTF8, missingLineFeed, missingEOF, textAfterEOF, unexpectedLine
        // HELP, TYPE and UNIT.
        case invalidMetadata, repeatedMetadata, misplacedMetadata, unknownType, invalidUnit
        // A sample's line.
        case invalidMetricName, invalidLabelName, duplicateLabel, invalidLabels, invalidEscape, invalidValue
        case invalidTimestamp, invalidExemplar, misplacedExemplar, exemplarTooLong
        // Families and series.
        case clashingNames, wrongSuffix, interleaved, duplicateSeries, timestampOrder
        case invalidTypeLabel, invalidTypeValue, invalidHistogram
    }

    package let code: Code
    /// The number of the line, from 1.
    public let line: Int
    /// The number of the byte in the line, from 1.
    public let column: Int
    package let problem: String

    init(_ code: Code, line: Int, column: Int = 1, _ problem: String) {
        self.code = code
        self.line = line
        self.column = column
        self.problem = problem
    }

    /// `line 3, column 7: …`
    public var description: String { "line \(line), column \(column): \(problem)" }
}
