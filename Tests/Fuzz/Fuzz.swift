import Foundation
import Tally
import TallyTesting

/// Called once: the cases of the unit tests are where libFuzzer begins.
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
    return 0
}

/// The first byte says what the rest is taken for: Prometheus text, OpenMetrics, or an Accept header.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let kind = bytes.first else { return 0 }
    let rest = Array(bytes.dropFirst())
    switch kind % 3 {
    case 2: _ = registry.exposition(accept: String(decoding: rest, as: UTF8.self))
    default:
        let syntax: ExpositionParser.Syntax = kind % 3 == 1 ? .openMetrics : .prometheusText
        guard let exposition = try? ExpositionParser(syntax).parse(rest) else { return 0 }
        _ = exposition.lint()
        let again = try? ExpositionParser(syntax).parse(exposition.rendered(as: syntax))
        precondition(again?.contents == exposition.contents, "what was accepted does not read back the same")
    }
    return 0
}

private let registry = MetricRegistry(ownMetrics: false)
