import Foundation
import TallyTestSupport
import TallyTesting
import Testing

/// Compares our lint with `promtool check metrics`.
struct LintJudgeTests {
    /// Words of promtool's messages, and our code for the same problem.
    private static let sentences: [(words: [String], code: LintProblem.Code)] = [
        (["no help text"], .missingHelp),
        (["non-counter", "_total"], .totalWithoutCounter),
        (["counter metrics", "_total"], .counterWithoutTotal),
        (["suffix", "non-histogram"], .reservedSuffix),
        (["label", "non-histogram"], .reservedLabel),
        (["label", "non-summary"], .reservedLabel),
        (["base unit"], .unitNotBase),
        (["abbreviated units"], .abbreviatedUnit),
        (["include type"], .typeInName),
        (["camelCase"], .camelCase),
        (["':'"], .colonInName),
    ]

    private static func problem(_ line: Substring) throws -> String {
        let metric = line.prefix { $0 != " " }
        let code = sentences.first { sentence in sentence.words.allSatisfy { line.contains($0) } }?.code
        return "\(metric) \(try #require(code, "\(line)"))"
    }

    @Test(.enabled(if: Program.find("promtool") != nil || Program.isRequired, "needs promtool"))
    func promtoolFindsTheSameProblems() async throws {
        try await onThread {
            let promtool = try Program.require("promtool")
            var problems = 0
            let cases = LintCase.all.filter { lintCase in
                !LintCase.disputed.contains { lintCase.text.contains("HELP \($0) ") }
            }
            for lintCase in cases {
                let outcome = try Program.run(promtool, ["check", "metrics"], input: Data(lintCase.text.utf8))
                let theirs = try Set((outcome.text + outcome.errorText).split(separator: "\n").map(Self.problem))
                let ours = Set(try ExpositionParser().parse(lintCase.text).lint().map { "\($0.metric) \($0.code)" })
                #expect(ours == theirs, "\(lintCase.text)\(outcome.text)\(outcome.errorText)")
                problems += theirs.count
            }
            print("promtool finds the same \(problems) problems in \(cases.count) expositions.")
        }
    }
}
