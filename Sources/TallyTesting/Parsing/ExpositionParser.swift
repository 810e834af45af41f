/// A strict parser of the text formats. It accepts only expositions that a conforming scraper can read.
///
/// ```swift
/// let exposition = try ExpositionParser(.openMetrics).parse(body)
/// let requests = exposition.samples(of: "http_requests_total")
/// ```
///
/// The parser is stricter than most scrapers, because its purpose is to test a server's output. It requires contiguous
/// families, unique series and consistent histograms, and rejects unnecessary escapes.
///
/// The parser never traps, and its time is proportional to the number of bytes.
///
/// - https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
/// - https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
public struct ExpositionParser: Sendable {
    /// A text format.
    public struct Syntax: Hashable, Sendable {
        let isOpenMetrics: Bool

        /// Prometheus text 0.0.4 and 1.0.0. Only 1.0.0 has quoted names.
        public static let prometheusText = Syntax(isOpenMetrics: false)
        /// OpenMetrics text 1.0.0.
        public static let openMetrics = Syntax(isOpenMetrics: true)
    }

    package let syntax: Syntax
    /// True if names may be quoted UTF-8: `{"my.metric","l"="v"} 1`.
    package let allowsQuotedNames: Bool

    /// Creates a parser.
    ///
    /// - Parameters:
    ///   - syntax: The format to read.
    ///   - allowsQuotedNames: True to accept quoted UTF-8 names. Pass false for strict Prometheus text 0.0.4, and for
    ///     OpenMetrics that was requested without `escaping=allow-utf-8`.
    public init(_ syntax: Syntax = .prometheusText, allowsQuotedNames: Bool = true) {
        self.syntax = syntax
        self.allowsQuotedNames = allowsQuotedNames
    }

    /// Creates a parser for a Content-Type, or returns nil if that is not one of the text formats.
    ///
    /// Names may be quoted if the type has `escaping=allow-utf-8`.
    public init?(contentType: String) {
        let parts = contentType.utf8.split(separator: UInt8(ascii: ";")).map { part in
            String(decoding: part.filter { $0 != .space }, as: UTF8.self).lowercased()
        }
        let allowsQuotedNames = parts.contains("escaping=allow-utf-8")
        switch parts.first {
        case "text/plain": self.init(.prometheusText, allowsQuotedNames: allowsQuotedNames)
        case "application/openmetrics-text": self.init(.openMetrics, allowsQuotedNames: allowsQuotedNames)
        default: return nil
        }
    }

    /// Parses a complete exposition. Throws an ``ExpositionError`` for the first mistake that it finds.
    public func parse(_ text: String) throws(ExpositionError) -> ParsedExposition {
        try parse(Array(text.utf8))
    }

    /// Parses a complete exposition. Throws an ``ExpositionError`` for the first mistake that it finds.
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
                    throw line.error(.missingLineFeed, "the last line must end with a line feed", at: bytes.count)
                }
                try line.readPrometheusText(into: &builder)
            }
            start = (end ?? bytes.count) + 1
        }
        guard !syntax.isOpenMetrics else { throw Self.missingEOF(number + 1) }
        return try builder.finish()
    }

    private static func missingEOF(_ line: Int) -> ExpositionError {
        ExpositionError(.missingEOF, line: line, "the last line must be # EOF")
    }

    private static func checkEncoding(_ bytes: [UInt8]) throws(ExpositionError) {
        guard String(validating: bytes, as: UTF8.self) == nil else { return }
        let offset = min(validPrefix(of: bytes), bytes.count - 1)
        let before = bytes[..<offset]
        let line = before.count(where: { $0 == .lineFeed }) + 1
        let lineStart = before.lastIndex(of: .lineFeed).map { $0 + 1 } ?? 0
        throw ExpositionError(
            .invalidUTF8,
            line: line,
            column: offset - lineStart + 1,
            "the byte 0x\(String(bytes[offset], radix: 16, uppercase: true)) is not UTF-8 here"
        )
    }

    /// The number of bytes before the first that are not UTF-8.
    private static func validPrefix(of bytes: [UInt8]) -> Int {
        var parser = UTF8.ForwardParser()
        var rest = bytes.makeIterator()
        var count = 0
        while case .valid(let scalar) = parser.parseScalar(from: &rest) { count += scalar.count }
        return count
    }
}
