/// A strict reader of the text formats: what it accepts, every scraper that follows the specification reads.
///
/// ```swift
/// let exposition = try ExpositionParser(.openMetrics).parse(body)
/// let requests = exposition.family("http_requests")
/// ```
///
/// It is stricter than most scrapers, since it is there to test what a server writes: a family's lines stand together,
/// no series comes twice, histograms agree with themselves, and nothing is escaped that need not be.
///
/// Never traps, whatever the bytes are, and takes time in proportion to their number.
///
/// - https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
/// - https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
public struct ExpositionParser: Sendable {
    /// A text format.
    public struct Syntax: Hashable, Sendable {
        let isOpenMetrics: Bool

        /// Prometheus text 0.0.4 and 1.0.0, which differ in that the later has quoted names.
        public static let prometheusText = Syntax(isOpenMetrics: false)
        /// OpenMetrics text 1.0.0.
        public static let openMetrics = Syntax(isOpenMetrics: true)
    }

    package let syntax: Syntax
    /// True if names may be any UTF-8 in quotes: `{"my.metric","l"="v"} 1`.
    package let allowsQuotedNames: Bool

    /// A parser.
    ///
    /// - Parameters:
    ///   - syntax: What to read.
    ///   - allowsQuotedNames: False for Prometheus text 0.0.4 in its own words, and for an OpenMetrics scraper that
    ///     did not ask for `escaping=allow-utf-8`.
    public init(_ syntax: Syntax = .prometheusText, allowsQuotedNames: Bool = true) {
        self.syntax = syntax
        self.allowsQuotedNames = allowsQuotedNames
    }

    /// The parser of what a Content-Type says; nil if that is neither of the text formats.
    ///
    /// Names may be quoted if the type has `escaping=allow-utf-8`.
    public init?(contentType: String) {
        let parts = contentType.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
        let allowsQuotedNames = parts.contains("escaping=allow-utf-8")
        switch parts.first {
        case "text/plain": self.init(.prometheusText, allowsQuotedNames: allowsQuotedNames)
        case "application/openmetrics-text": self.init(.openMetrics, allowsQuotedNames: allowsQuotedNames)
        default: return nil
        }
    }

    /// Reads a whole exposition.
    public func parse(_ text: String) throws(ExpositionError) -> ParsedExposition {
        try parse(Array(text.utf8))
    }

    /// Reads a whole exposition.
    public func parse(_ bytes: [UInt8]) throws(ExpositionError) -> ParsedExposition {
        try Self.checkEncoding(bytes)
        var builder = FamilyBuilder(isOpenMetrics: syntax.isOpenMetrics)
        var number = 0
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: .lineFeed)
            number += 1
            var line = LineReader(
                bytes,
                start..<(end ?? bytes.count),
                number: number,
                isOpenMetrics: syntax.isOpenMetrics,
                allowsQuotedNames: allowsQuotedNames
            )
            if syntax.isOpenMetrics {
                if line.isEOF {
                    let rest = end.map { $0 + 1 } ?? bytes.count
                    guard rest == bytes.count else {
                        throw ExpositionError(.textAfterEOF, line: number + 1, "nothing may follow # EOF")
                    }
                    return try builder.finish()
                }
                guard end != nil else { throw Self.missingEOF(number) }
                try line.readOpenMetrics(into: &builder)
            } else {
                guard end != nil else {
                    throw line.error(.missingLineFeed, "the last line does not end with a line feed", at: bytes.count)
                }
                try line.readPrometheusText(into: &builder)
            }
            start = (end ?? bytes.count) + 1
        }
        guard !syntax.isOpenMetrics else { throw Self.missingEOF(number + 1) }
        return try builder.finish()
    }

    private static func missingEOF(_ line: Int) -> ExpositionError {
        ExpositionError(.missingEOF, line: line, "the last line is not # EOF")
    }

    private static func checkEncoding(_ bytes: [UInt8]) throws(ExpositionError) {
        do {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            let offset = min(error.byteOffsets.lowerBound, bytes.count)
            let before = bytes[..<offset]
            let line = before.count(where: { $0 == .lineFeed }) + 1
            let lineStart = before.lastIndex(of: .lineFeed).map { $0 + 1 } ?? 0
            throw ExpositionError(
                .invalidUTF8,
                line: line,
                column: offset - lineStart + 1,
                "is not UTF-8: \(error.kind)"
            )
        }
    }
}
