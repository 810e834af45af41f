import Foundation
import Tally
import TallyTestSupport
import Testing

/// The official Python parsers must find exactly the samples of random registries.
struct JudgeTests {
    private static let python = Program.find("python3", variable: "TALLY_PYTHON")

    static var hasParsers: Bool {
        guard let python else { return false }
        return (try? Program.run(python, ["-c", "import prometheus_client.openmetrics.parser"]))?.status == 0
    }

    /// Reads one case per line, and prints the numbers of cases and samples, and every difference.
    private static let judge = #"""
        import json, math, sys
        from prometheus_client.parser import text_string_to_metric_families as read_text
        from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
        from prometheus_client.openmetrics.exposition import escape_metric_name, escape_label_name
        from prometheus_client.samples import Sample

        def key(name, labels): return json.dumps([name, sorted(labels.items())])
        def same(a, b): return a == b or (math.isnan(a) and math.isnan(b))

        def read_json(text):
            for family in json.loads(text):
                name = family["name"]
                for metric in family["metrics"]:
                    labels = metric.get("labels", {})
                    if family["type"] != "HISTOGRAM":
                        yield Sample(name, labels, metric["value"])
                        continue
                    for bound, count in metric["buckets"].items():
                        yield Sample(name + "_bucket", labels | {"le": str(float(bound)).replace("inf", "+Inf")}, count)
                    yield Sample(name + "_sum", labels, metric["sum"])
                    yield Sample(name + "_count", labels, metric["count"])

        def read(format, text):
            if format.startswith("json"): return list(read_json(text))
            families = read_openmetrics(text) if format.startswith("openMetrics") else read_text(text)
            return [s for f in families for s in f.samples]

        def expectation(samples, format, escaping):
            def escaped(name, escape):
                return name if escaping == "allow-utf-8" else escape(name, escaping)
            expected = {}
            for s in samples:
                # Only OpenMetrics has created samples, whose names lack the counter's suffix.
                if s["isCreated"] and format != "openMetrics": continue
                if s["isNotInOpenMetrics"] and format == "openMetrics": continue
                name = escaped(s["name"], escape_metric_name)
                if s["isCreated"]: name = name.removesuffix("_total")
                labels = {escaped(l, escape_label_name): v for l, v in s["labels"].items()}
                expected[key(name + s["suffix"], labels)] = s
            return expected

        cases = samples = exemplars = 0
        differences = []
        formats = set()
        for line in sys.stdin.buffer:
            case = json.loads(line)
            cases += 1
            for format, text in case["texts"].items():
                expected = expectation(case["samples"], *format.split())
                formats.add(format)
                try:
                    found = read(format, text)
                except Exception as error:
                    differences.append([str(case["seed"]), format, repr(error), text])
                    continue
                left = dict(expected)
                for sample in found:
                    samples += 1
                    wanted = left.pop(key(sample.name, sample.labels), None)
                    if wanted is None or not same(float(wanted["value"]), float(sample.value)):
                        differences.append([str(case["seed"]), format, repr(sample), repr(wanted)])
                        continue
                    if format.startswith("openMetrics") and (sample.exemplar is not None or "exemplar" in wanted):
                        exemplars += 1
                        if (sample.exemplar is None or sample.exemplar.labels != wanted.get("exemplar")
                                or not same(float(sample.exemplar.value), float(wanted["exemplarValue"]))):
                            differences.append([str(case["seed"]), format, repr(sample), repr(wanted)])
                if left: differences.append([str(case["seed"]), format, "not read", repr(list(left))])
        json.dump({"cases": cases, "formats": len(formats), "samples": samples, "exemplars": exemplars, "differences": differences}, sys.stdout)
        """#

    private static let formats: [String: ExpositionFormat] = {
        var formats: [String: ExpositionFormat] = ["text underscores": .prometheusText, "json allow-utf-8": .json]
        for escaping in [NameEscaping.underscores, .dots, .values, .allowUTF8] {
            formats["text1 \(escaping)"] = .prometheusText(escaping: escaping)
            formats["openMetrics \(escaping)"] = .openMetrics(escaping: escaping)
        }
        return formats
    }()

    private struct Case: Encodable {
        let seed: UInt64
        /// By the format's name and its escaping.
        let texts: [String: String]
        let samples: [RandomRegistry.Sample]
    }

    private struct Verdict: Decodable {
        let cases: Int
        let formats: Int
        let samples: Int
        let exemplars: Int
        let differences: [[String]]
    }

    @Test(
        .enabled(if: hasParsers || Program.isRequired, "needs Python with prometheus-client"),
        .timeLimit(.minutes(20))
    )
    func theOfficialParsersReadRandomRegistriesBack() async throws {
        try await onThread {
            let count: UInt64 = 3000
            var input = Data()
            for seed in 0..<count {
                let random = try RandomRegistry(seed: seed + 1)
                let texts = Self.formats.mapValues {
                    String(decoding: random.registry.exposition(as: $0).body, as: UTF8.self)
                }
                input += try JSONEncoder().encode(Case(seed: seed, texts: texts, samples: random.samples))
                input += Data("\n".utf8)
            }
            let outcome = try Program.run(try #require(Self.python), ["-c", Self.judge], input: input)
            try #require(outcome.status == 0, "\(outcome.errorText)")
            let verdict = try JSONDecoder().decode(Verdict.self, from: outcome.output)
            #expect(verdict.differences.isEmpty, "\(verdict.differences.prefix(5))")
            #expect(verdict.cases == Int(count))
            #expect(verdict.formats == Self.formats.count)
            #expect(verdict.samples > 20_000)
            #expect(verdict.exemplars > 300)
            print(
                "The official Python parsers read \(verdict.cases) registries in \(verdict.formats) formats, \(verdict.samples) samples and",
                "\(verdict.exemplars) exemplars: \(verdict.differences.count) differences"
            )
        }
    }
}
