import TallyTestSupport
import TallyTesting
import Testing

extension ParserCase {
    func parse() throws(ExpositionError) -> ParsedExposition {
        try ExpositionParser(syntax == .openMetrics ? .openMetrics : .prometheusText).parse(bytes)
    }
}

struct ParserCaseTests {
    @Test(arguments: ParserCase.all)
    func textsAreAcceptedOrRejectedWithTheExpectedError(_ testCase: ParserCase) throws {
        guard let (code, line) = testCase.error else {
            _ = try testCase.parse()
            return
        }
        let error = try #require(throws: ExpositionError.self) { _ = try testCase.parse() }
        #expect(error.code.rawValue == code, "\(error)")
        #expect(error.line == line, "\(error)")
        #expect(error.description.hasPrefix("line \(line), column \(error.column): "))
        let lines = testCase.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        #expect((1...lines[min(line, lines.count) - 1].count + 1).contains(error.column), "\(error)")
    }

    @Test func caseNamesAreUnique() {
        let names = ParserCase.all.map(\.description)
        #expect(Set(names).count == names.count)
    }
}
