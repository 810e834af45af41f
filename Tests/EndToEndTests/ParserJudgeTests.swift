import TallyTestSupport
import TallyTesting
import Testing

/// Our parser beside the official one.
@Suite(.enabled(if: PythonParser.isInstalled || Program.isRequired, "needs Python with prometheus-client"))
struct ParserJudgeTests {
    @Test func theOfficialParserSaysTheSameOfEveryCaseButThoseListed() throws {
        let verdicts = try PythonParser.judge(ParserCase.all.map { ($0.syntax, $0.bytes) })
        #expect(verdicts.count == ParserCase.all.count)
        var samples = 0
        var differences: [ParserDifference: Int] = [:]
        for (testCase, verdict) in zip(ParserCase.all, verdicts) {
            let ours = try? testCase.parse()
            let agrees = (ours == nil) == (verdict.error != nil) && (ours.map { Self.isEqual($0, verdict, testCase) } ?? true)
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

    /// Whether both have read the same.
    private static func isEqual(_ ours: ParsedExposition, _ theirs: PythonParser.Verdict, _ testCase: ParserCase) -> Bool {
        if testCase.syntax == .openMetrics {
            let metadata = ours.families.map { [$0.name, $0.kind.rawValue, $0.help ?? "", $0.unit ?? ""] }
            guard metadata.elementsEqual(theirs.families.map { [$0.name, $0.type, $0.help, $0.unit] }, by: sameBytes)
            else { return false }
        } else {
            // The judge makes families of its own where there is no metadata, so that only those with help are compared.
            let helps = ours.families.compactMap(\.help)
            guard sameBytes(helps, theirs.families.map(\.help).filter { !$0.isEmpty }) else { return false }
        }
        let samples = ours.families.flatMap { family in family.samples.map { ($0, suffix(for: family, testCase)) } }
        let read = theirs.families.flatMap(\.samples)
        return samples.count == read.count && zip(samples, read).allSatisfy { isEqual($0.0, suffix: $0.1, $1) }
    }

    /// The judge gives counters of Prometheus text the names they have in OpenMetrics.
    private static func suffix(for family: ParsedFamily, _ testCase: ParserCase) -> String {
        let isBare = testCase.syntax == .prometheusText && family.kind == .counter && !family.name.hasSuffix("_total")
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

    private static func sameBytes(_ one: [String], _ two: [String]) -> Bool {
        one.elementsEqual(two) { $0.utf8.elementsEqual($1.utf8) }
    }
}

extension ParserCase {
    func parse() throws(ExpositionError) -> ParsedExposition {
        try ExpositionParser(syntax == .openMetrics ? .openMetrics : .prometheusText).parse(bytes)
    }
}
