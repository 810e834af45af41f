import Foundation
import TallyTestSupport
import TallyTesting
import Testing

/// The official Python parsers read every exposition literal of the tests as our parser does.
struct GoldenJudgeTests {
    private struct Golden {
        let file: String
        let text: String

        var syntax: ParserCase.Syntax { text.hasSuffix("# EOF\n") ? .openMetrics : .prometheusText }
    }

    /// The multi-line string literals in the tests' sources that begin with a family's metadata.
    private static func goldens() throws -> [Golden] {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let files = try #require(
            FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil, options: .skipsHiddenFiles)
        )
        var goldens: [Golden] = []
        for case let file as URL in files where file.pathExtension == "swift" {
            let source = try String(contentsOf: file, encoding: .utf8)
            for match in source.matches(of: #/(\#?)"""\n(.*?)\n( *)"""\#?/#.dotMatchesNewlines()) {
                let isRaw = !match.1.isEmpty
                let lines = match.2.split(separator: "\n", omittingEmptySubsequences: false)
                    .map { $0.hasPrefix(match.3) ? $0.dropFirst(match.3.count) : $0 }
                let text = lines.joined(separator: "\n")
                guard text.hasPrefix("# HELP ") || text.hasPrefix("# TYPE "), !text.contains("\\(") else { continue }
                let unescaped = isRaw ? text : text.replacing("\\\\", with: "\\")
                goldens.append(
                    Golden(file: file.lastPathComponent, text: unescaped.hasSuffix("\n") ? unescaped : unescaped + "\n")
                )
            }
        }
        return goldens
    }

    @Test(.enabled(if: PythonParser.isInstalled || Program.isRequired, "needs Python with prometheus-client"))
    func theOfficialParsersReadEveryGolden() async throws {
        try await onThread {
            let goldens = try Self.goldens()
            #expect(goldens.count >= 13, "\(goldens.count)")
            let verdicts = try PythonParser.judge(goldens.map { ($0.syntax, Array($0.text.utf8)) })
            var samples = 0
            for (golden, verdict) in zip(goldens, verdicts) {
                #expect(verdict.error == nil, "\(golden.file): \(verdict.error ?? "")\n\(golden.text)")
                let parser =
                    golden.syntax == .openMetrics ? ExpositionParser(.openMetrics) : ExpositionParser(.prometheusText)
                let ours = try parser.parse(golden.text).samples
                let theirs = verdict.families.flatMap(\.samples)
                #expect(ours.map(\.name) == theirs.map(\.name), "\(golden.file)")
                #expect(ours.map { $0.labels.count } == theirs.map(\.labels.count), "\(golden.file)")
                samples += theirs.count
            }
            print("The official parsers read \(goldens.count) goldens of the tests, \(samples) samples, as ours does.")
        }
    }
}
