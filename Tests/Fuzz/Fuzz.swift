import Foundation
import Tally
import TallyTesting

/// Called once. Writes the cases of the unit tests as the initial corpus.
@_cdecl("LLVMFuzzerInitialize")
public func initialise(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>
) -> CInt {
    guard let path = ProcessInfo.processInfo.environment["TALLY_FUZZ_SEEDS"] else { return 0 }
    for (number, testCase) in ParserCase.all.enumerated() {
        let bytes = [testCase.syntax == .openMetrics ? 1 : 0] + testCase.bytes
        try? Data(bytes).write(to: URL(filePath: "\(path)/case-\(number)"))
    }
    for (number, accept) in [
        "*/*", "text/plain;version=0.0.4;q=0.5,application/json;q=0", "application/openmetrics-text; version=\"1.0.0\"",
    ].enumerated() {
        try? Data([2] + Array(accept.utf8)).write(to: URL(filePath: "\(path)/accept-\(number)"))
    }
    for (number, names) in ["http.requests\0route\0a\"\\\n", "é\0花.火\0\u{1}", "a_b\0a-b\0x"].enumerated() {
        try? Data([3] + Array(names.utf8)).write(to: URL(filePath: "\(path)/names-\(number)"))
    }
    return 0
}

/// The first byte selects the meaning of the rest: Prometheus text, OpenMetrics, an Accept header, or the names of a
/// metric and a label and the label's value.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let kind = bytes.first else { return 0 }
    let rest = Array(bytes.dropFirst())
    switch kind % 4 {
    case 3:
        let texts = rest.split(separator: 0, omittingEmptySubsequences: false)
        checkRoundTrip(texts.map { String(decoding: $0, as: UTF8.self) })
    case 2: _ = registry.exposition(accept: String(decoding: rest, as: UTF8.self))
    default:
        let syntax: ExpositionParser.Syntax = kind % 4 == 1 ? .openMetrics : .prometheusText
        guard let exposition = try? ExpositionParser(syntax).parse(rest) else { return 0 }
        _ = exposition.lint()
        let again = try? ExpositionParser(syntax).parse(exposition.rendered(as: syntax))
        precondition(again?.contents == exposition.contents, "accepted text does not round-trip")
    }
    return 0
}

/// All names that a registry accepts can be parsed in all formats, and the label's value is unchanged.
private func checkRoundTrip(_ texts: [String]) {
    guard texts.count == 3 else { return }
    let registry = MetricRegistry(nameValidation: .utf8, ownMetrics: false)
    let family = try? Counter.family(validating: texts[0], help: texts[1], labelNames: [texts[1]], in: registry)
    guard let family else { return }
    family[[texts[2]]].increment(by: 3)
    for escaping in [NameEscaping.underscores, .dots, .values, .allowUTF8] {
        for (format, syntax) in [
            (ExpositionFormat.prometheusText(escaping: escaping), ExpositionParser.Syntax.prometheusText),
            (.openMetrics(escaping: escaping), .openMetrics),
        ] {
            // The parser rejects labels with this prefix as reserved. Escaping may add it to labels in other scripts.
            if escaping.escaped(texts[1], asLabel: true).hasPrefix("__") { continue }
            let samples = (try? ExpositionParser(syntax).parse(registry.exposition(as: format).body))?.samples ?? []
            // Longer values are truncated to 1,024 bytes.
            precondition(
                samples.count == 1 && samples[0].value == 3 && samples[0].labels.count == 1
                    && (texts[2].utf8.count > 1024
                        || samples[0].labels[0].value.utf8.elementsEqual(texts[2].utf8)),
                "\(format) does not round-trip"
            )
        }
    }
}

private let registry = MetricRegistry(ownMetrics: false)
