import Foundation
import Tally
import TallyTestSupport
import Testing

/// The official Python parsers read random registries, and must find just what was put in.
struct JudgeTests {
    private static let python = Program.find("python3", variable: "TALLY_PYTHON")

    static var hasParsers: Bool {
        guard let python else { return false }
        return (try? Program.run(python, ["-c", "import prometheus_client.openmetrics.parser"]))?.status == 0
    }

    /// Reads cases a line each; prints how many there were, how many samples, and every difference.
    private static let judge = #"""
        import json, math, sys
        from prometheus_client.parser import text_string_to_metric_families as read_text
        from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics

        def key(name, labels): return json.dumps([name, sorted(labels.items())])
        def same(a, b): return a == b or (math.isnan(a) and math.isnan(b))

        cases = samples = exemplars = 0
        differences = []
        for line in sys.stdin.buffer:
            case = json.loads(line)
            cases += 1
            expected = {key(s["name"], s["labels"]): s for s in case["samples"]}
            for format, read in (("text", read_text), ("openMetrics", read_openmetrics)):
                try:
                    found = [s for f in read(case[format]) for s in f.samples]
                except Exception as error:
                    differences.append([str(case["seed"]), format, repr(error)])
                    continue
                left = dict(expected)
                for sample in found:
                    samples += 1
                    wanted = left.pop(key(sample.name, sample.labels), None)
                    if wanted is None or not same(float(wanted["value"]), float(sample.value)):
                        differences.append([str(case["seed"]), format, repr(sample), repr(wanted)])
                        continue
                    if format == "openMetrics" and (sample.exemplar is not None or "exemplar" in wanted):
                        exemplars += 1
                        if (sample.exemplar is None or sample.exemplar.labels != wanted.get("exemplar")
                                or not same(float(sample.exemplar.value), float(wanted["exemplarValue"]))):
                            differences.append([str(case["seed"]), format, repr(sample), repr(wanted)])
                if left: differences.append([str(case["seed"]), format, "not read", repr(list(left))])
        json.dump({"cases": cases, "samples": samples, "exemplars": exemplars, "differences": differences}, sys.stdout)
        """#

    private struct Case: Encodable {
        let seed: UInt64
        let text: String
        let openMetrics: String
        let samples: [RandomRegistry.Sample]
    }

    private struct Verdict: Decodable {
        let cases: Int
        let samples: Int
        let exemplars: Int
        let differences: [[String]]
    }

    @Test(
        .enabled(if: hasParsers || Program.isRequired, "needs Python with prometheus-client"),
        .timeLimit(.minutes(5))
    )
    func theOfficialParsersReadRandomRegistriesBack() throws {
        let count: UInt64 = 3000
        var input = Data()
        for seed in 0..<count {
            let random = try RandomRegistry(seed: seed + 1)
            let body = { (format: ExpositionFormat) in
                String(decoding: random.registry.exposition(as: format).body, as: UTF8.self)
            }
            let text = Case(
                seed: seed,
                text: body(.prometheusText),
                openMetrics: body(.openMetrics),
                samples: random.samples
            )
            input += try JSONEncoder().encode(text) + Data("\n".utf8)
        }
        let outcome = try Program.run(try #require(Self.python), ["-c", Self.judge], input: input)
        try #require(outcome.status == 0, "\(outcome.errorText)")
        let verdict = try JSONDecoder().decode(Verdict.self, from: outcome.output)
        #expect(verdict.differences.isEmpty, "\(verdict.differences.prefix(5))")
        #expect(verdict.cases == Int(count))
        #expect(verdict.samples > 20_000)
        #expect(verdict.exemplars > 300)
        print(
            "The official Python parsers read \(verdict.cases) registries in 2 formats, \(verdict.samples) samples and",
            "\(verdict.exemplars) exemplars: \(verdict.differences.count) differences"
        )
    }
}
