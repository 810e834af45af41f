import Foundation
import TallyTestSupport
import TallyTesting
import Testing

/// Compares our parser with the official one.
@Suite(.enabled(if: PythonParser.isInstalled || Program.isRequired, "needs Python with prometheus-client"))
struct ParserJudgeTests {
    @Test func theOfficialParserAgreesExceptOnListedDifferences() async throws {
        try await onThread {
            let verdicts = try PythonParser.judge(ParserCase.all.map { ($0.syntax, $0.bytes) })
            #expect(verdicts.count == ParserCase.all.count)
            var samples = 0
            var differences: [ParserDifference: Int] = [:]
            for (testCase, verdict) in zip(ParserCase.all, verdicts) {
                let ours = try? testCase.parse()
                let agrees =
                    (ours == nil) == (verdict.error != nil)
                    && (ours.map { Self.isEqual($0, verdict, testCase.syntax) } ?? true)
                #expect(
                    agrees == (testCase.difference == nil),
                    "\(testCase): \(verdict.error ?? "\(verdict.families)")\n\(testCase.text)"
                )
                if let difference = testCase.difference { differences[difference, default: 0] += 1 }
                if agrees { samples += ours?.samples.count ?? 0 }
            }
            print(
                "The official parser agrees on \(ParserCase.all.count - differences.values.reduce(0, +)) of "
                    + "\(ParserCase.all.count) cases, with \(samples) equal samples; "
                    + "\(differences.count) rules differ on purpose."
            )
        }
    }

    /// The official parser accepts every text that we accept, because it calls itself laxer than the specification.
    @Test func theOfficialParserAgreesOnRandomTextsThatWeAccept() async throws {
        try await onThread {
            var mutator = TextMutator(seed: 99)
            let texts = (0..<60_000).map { _ in mutator.next() }
            let read = texts.compactMap { text in
                let parser = ExpositionParser(text.syntax == .openMetrics ? .openMetrics : .prometheusText)
                let exposition = (try? parser.parse(text.bytes)).flatMap { Self.canBeJudged($0, text.bytes) ? $0 : nil }
                return exposition.map { (text: text, exposition: $0) }
            }
            for (ours, verdict) in zip(read, try PythonParser.judge(read.map(\.text))) {
                #expect(
                    verdict.error == nil && Self.isEqual(ours.exposition, verdict, ours.text.syntax),
                    "\(verdict.error ?? "\(verdict.families)"):\n\(String(decoding: ours.text.bytes, as: UTF8.self))"
                )
            }
            #expect(read.count > 3_000)
            print("The official parser reads the same from \(read.count) texts made at random that we accept.")
        }
    }

    /// False where the judge fails on text that the specification allows. See `ParserDifference`.
    private static func canBeJudged(_ exposition: ParsedExposition, _ bytes: [UInt8]) -> Bool {
        let lines = bytes.split(separator: UInt8(ascii: "\n")).map { $0.drop { [0x20, 0x09].contains($0) } }
        // The judge takes any second word of a comment for a keyword.
        let hasOddComment = lines.contains { $0.first == UInt8(ascii: "#") && !$0.starts(with: "# ".utf8) }
        // The judge takes vertical tabs and the like for blanks.
        let hasOddBlank = bytes.contains { $0 < 0x20 && $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\t") }
        return !hasOddComment && !hasOddBlank
            && exposition.families.allSatisfy { family in
                let isQuotedAlone =
                    family.kind == .unknown
                    && !family.name.utf8.allSatisfy { byte in
                        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
                    }
                let hasTimes = family.samples.contains { $0.timestamp != nil }
                return !isQuotedAlone && !(hasTimes && family.samples.count > 1)
            }
    }

    /// True if both parsers have read the same.
    private static func isEqual(_ ours: ParsedExposition, _ theirs: PythonParser.Verdict, _ syntax: ParserCase.Syntax)
        -> Bool
    {
        if syntax == .openMetrics {
            let metadata = ours.families.map { [$0.name, $0.kind.rawValue, trimmed($0.help ?? ""), $0.unit ?? ""] }
            let read = theirs.families.map { [$0.name, $0.type, trimmed($0.help), $0.unit] }
            guard metadata.elementsEqual(read, by: sameBytes)
            else { return false }
        } else {
            // The judge invents families where metadata is missing, so only families with help are compared.
            let helps = ours.families.map { trimmed($0.help ?? "") }.filter { !$0.isEmpty }
            let read = theirs.families.map { trimmed($0.help) }.filter { !$0.isEmpty }
            guard sameBytes(helps, read) else { return false }
        }
        let samples = ours.families.flatMap { family in family.samples.map { ($0, suffix(for: family, syntax)) } }
        let read = theirs.families.flatMap(\.samples)
        return samples.count == read.count && zip(samples, read).allSatisfy { isEqual($0.0, suffix: $0.1, $1) }
    }

    /// The judge gives counters of Prometheus text the names they have in OpenMetrics.
    private static func suffix(for family: ParsedFamily, _ syntax: ParserCase.Syntax) -> String {
        let isBare = syntax == .prometheusText && family.kind == .counter && !family.name.hasSuffix("_total")
        return isBare ? "_total" : ""
    }

    private static func isEqual(_ ours: ParsedSample, suffix: String, _ theirs: PythonParser.Verdict.Sample) -> Bool {
        sameBytes([ours.name + suffix], [theirs.name]) && isEqual(ours.labels, theirs.labels)
            && isEqual(ours.value, theirs.value) && isEqual(ours.timestamp, theirs.timestamp)
            && (ours.exemplar == nil) == (theirs.exemplar == nil)
            && (ours.exemplar.map { exemplar in
                isEqual(exemplar.labels, theirs.exemplar?.labels ?? [:])
                    && isEqual(exemplar.value, theirs.exemplar?.value ?? "")
                    && isEqual(exemplar.timestamp, theirs.exemplar?.timestamp)
            } ?? true)
    }

    private static func isEqual(_ ours: [ParsedLabel], _ theirs: [String: String]) -> Bool {
        Set(ours) == Set(theirs.map { ParsedLabel($0.key, $0.value) })
    }

    private static func isEqual(_ ours: Double, _ theirs: String) -> Bool {
        guard let theirs = Double(theirs) else { return false }
        return ours == theirs || ours.isNaN && theirs.isNaN
    }

    private static func isEqual(_ ours: ParsedTimestamp?, _ theirs: Double?) -> Bool {
        guard let ours, let theirs else { return ours == nil && theirs == nil }
        return abs(ours.seconds - theirs) <= 1e-9 * max(1, abs(theirs))
    }

    /// The judge drops blanks at either end of a help text.
    private static func trimmed(_ text: String) -> String {
        text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func sameBytes(_ one: [String], _ two: [String]) -> Bool {
        one.elementsEqual(two) { $0.utf8.elementsEqual($1.utf8) }
    }
}

extension ParserCase {
    func parse() throws(ExpositionError) -> ParsedExposition {
        try ExpositionParser(syntax == .openMetrics ? .openMetrics : .prometheusText).parse(bytes)
    }
}
