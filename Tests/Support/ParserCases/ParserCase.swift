/// A text and the verdict of a strict parser.
///
/// The cases cover those of the public corpora: prometheus/OpenMetrics `tests/testdata/parsers`, client_python's parser
/// tests, prometheus/common `expfmt/text_parse_test.go`. The texts are Tally's own.
package struct ParserCase: Sendable, CustomStringConvertible {
    package enum Syntax: String, Sendable {
        case prometheusText
        case openMetrics
    }

    package let name: String
    package let syntax: Syntax
    package let bytes: [UInt8]
    /// The error's code and line; nil if the text is accepted.
    package let error: (code: String, line: Int)?
    /// The reason why client_python's verdict or reading differs, or nil if it agrees.
    package let difference: ParserDifference?

    package var description: String { "\(syntax == .openMetrics ? "OpenMetrics" : "Prometheus text") \(name)" }
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    package static let all: [ParserCase] =
        openMetricsGood + openMetricsLines + openMetricsLabels + openMetricsMetadata + openMetricsTypes
        + openMetricsHistograms + openMetricsExemplars + openMetricsOrder + prometheusTextGood + prometheusTextBad
        + prometheusTextFamilies
}

/// Lines of OpenMetrics that are accepted; `# EOF` is added.
func good(_ name: String, _ lines: String..., differs difference: ParserDifference? = nil) -> ParserCase {
    openMetrics(name, lines, nil, difference)
}

/// Lines of OpenMetrics with a mistake in one of them; `# EOF` is added.
func bad(
    _ code: String,
    _ line: Int,
    _ name: String,
    _ lines: String...,
    differs difference: ParserDifference? = nil
) -> ParserCase {
    openMetrics(name, lines, (code, line), difference)
}

private func openMetrics(
    _ name: String,
    _ lines: [String],
    _ error: (String, Int)?,
    _ difference: ParserDifference?
) -> ParserCase {
    let text = (lines + ["# EOF"]).map { $0 + "\n" }.joined()
    return ParserCase(name: name, syntax: .openMetrics, bytes: Array(text.utf8), error: error, difference: difference)
}

/// Lines of Prometheus text that are accepted.
func goodText(_ name: String, _ lines: String..., differs difference: ParserDifference? = nil) -> ParserCase {
    prometheusText(name, lines, nil, difference)
}

/// Lines of Prometheus text with a mistake in one of them.
func badText(
    _ code: String,
    _ line: Int,
    _ name: String,
    _ lines: String...,
    differs difference: ParserDifference? = nil
) -> ParserCase {
    prometheusText(name, lines, (code, line), difference)
}

private func prometheusText(
    _ name: String,
    _ lines: [String],
    _ error: (String, Int)?,
    _ difference: ParserDifference?
) -> ParserCase {
    let text = lines.map { $0 + "\n" }.joined()
    return ParserCase(
        name: name,
        syntax: .prometheusText,
        bytes: Array(text.utf8),
        error: error,
        difference: difference
    )
}

/// Bytes, unchanged.
func raw(
    _ syntax: ParserCase.Syntax,
    _ name: String,
    _ bytes: [UInt8],
    _ error: (String, Int)? = nil,
    differs difference: ParserDifference? = nil
) -> ParserCase {
    ParserCase(name: name, syntax: syntax, bytes: bytes, error: error, difference: difference)
}
