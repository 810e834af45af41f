import Foundation
import TallyTestSupport

/// The official Python parsers, one process for any number of texts.
enum PythonParser {
    /// The parser's verdict on one text.
    struct Verdict: Decodable {
        struct Family: Decodable {
            var name: String
            var type: String
            var help: String
            var unit: String
            var samples: [Sample]
        }
        struct Sample: Decodable {
            var name: String
            var labels: [String: String]
            var value: String
            var timestamp: Double?
            var exemplar: Exemplar?
        }
        struct Exemplar: Decodable {
            var labels: [String: String]
            var value: String
            var timestamp: Double?
        }
        /// Nil if the text was accepted.
        var error: String?
        var families: [Family]
    }

    static let python = Program.find("python3", variable: "TALLY_PYTHON")

    static var isInstalled: Bool {
        guard let python else { return false }
        return (try? Program.run(python, ["-c", "import prometheus_client"]))?.status == 0
    }

    private static let script = """
        import base64, json, sys
        from prometheus_client import parser
        from prometheus_client.openmetrics import parser as openmetrics

        def time(value):
            return None if value is None else float(value)

        def exemplar(value):
            if value is None: return None
            return {"labels": value.labels, "value": repr(value.value), "timestamp": time(value.timestamp)}

        def verdict(case):
            try:
                text = base64.b64decode(case["text"]).decode("utf-8")
                read = openmetrics if case["syntax"] == "openMetrics" else parser
                return {"error": None, "families": [
                    {"name": f.name, "type": f.type, "help": f.documentation, "unit": f.unit, "samples": [
                        {"name": s.name, "labels": s.labels or {}, "value": repr(s.value),
                         "timestamp": time(s.timestamp), "exemplar": exemplar(s.exemplar)} for s in f.samples]}
                    for f in read.text_string_to_metric_families(text)]}
            except Exception as error:
                return {"error": repr(error), "families": []}

        json.dump([verdict(case) for case in json.load(sys.stdin)], sys.stdout)
        """

    /// The parser's verdict on each text, in order.
    static func judge(_ cases: [(syntax: ParserCase.Syntax, bytes: [UInt8])]) throws -> [Verdict] {
        guard let python else { throw Program.Failed(description: "python3 is not installed") }
        let input = cases.map { ["syntax": $0.syntax.rawValue, "text": Data($0.bytes).base64EncodedString()] }
        let outcome = try Program.run(python, ["-c", script], input: try JSONEncoder().encode(input))
        guard outcome.status == 0 else { throw Program.Failed(description: outcome.errorText) }
        return try JSONDecoder().decode([Verdict].self, from: outcome.output)
    }
}
