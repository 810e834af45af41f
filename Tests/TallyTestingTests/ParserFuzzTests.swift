import TallyTestSupport
import TallyTesting
import Testing

struct ParserFuzzTests {
    /// Tens of thousands of nearly valid texts. `Tests/Fuzz/run` tries many more with libFuzzer.
    @Test(.timeLimit(.minutes(5)), arguments: 1...6 as ClosedRange<UInt64>)
    func mutatedTextsThrowOrRoundTrip(_ seed: UInt64) throws {
        var mutator = TextMutator(seed: seed)
        var accepted = 0
        var codes: Set<ExpositionError.Code> = []
        for _ in 0..<5_000 {
            let (kind, bytes) = mutator.next()
            let syntax: ExpositionParser.Syntax = kind == .openMetrics ? .openMetrics : .prometheusText
            do throws(ExpositionError) {
                let exposition = try ExpositionParser(syntax).parse(bytes)
                accepted += 1
                _ = exposition.lint()
                let again = try? ExpositionParser(syntax).parse(exposition.rendered(as: syntax))
                let text = String(decoding: bytes, as: UTF8.self)
                #expect(again?.contents == exposition.contents, "\(syntax):\n\(text)")
            } catch {
                codes.insert(error.code)
                let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                let isInside = (1...lines.count + 1).contains(error.line) && error.column >= 1
                #expect(isInside, "\(error)")
            }
        }
        // Otherwise the mutations are too strong, or too weak, to find anything.
        #expect(accepted > 300)
        #expect(codes.count > 25)
    }
}
