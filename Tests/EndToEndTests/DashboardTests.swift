#if Listener
import Foundation
import TallyTestSupport
import Testing

/// The demo's dashboard: each of its queries, asked of a real Prometheus that scrapes the demo.
@Suite(.timeLimit(.minutes(15)))
struct DashboardTests {
    private struct Dashboard: Decodable {
        struct Panel: Decodable {
            struct Target: Decodable { var expr: String }
            var title: String
            var targets: [Target]?
        }
        var panels: [Panel]
    }

    private func printed() throws -> Data {
        let outcome = try Program.run(Program.built("tally-demo"), ["--dashboard"])
        try #require(outcome.status == 0)
        return outcome.output
    }

    /// The body, while a container runs if the machine has Docker. Its argument is false without one.
    private func withContainer(_ body: (Bool) async throws -> Void) async throws {
        #if Docker
        if ContainerEngine.Kind.docker.isInstalled || Program.isRequired {
            return try await ContainerEngine.run(.docker) { engine in
                _ = try await engine.run("spin", ["--cpus", "0.1", "--memory", "64m"], "while :; do :; done")
                try await body(true)
            }
        }
        #endif
        try await body(false)
    }

    @Test(.enabled(if: Prometheus.isInstalled || Program.isRequired, "prometheus is not installed"))
    func everyQueryOfTheDashboardReturnsData() async throws {
        try await withContainer { hasContainer in
            let dashboard = try JSONDecoder().decode(Dashboard.self, from: printed())
            let demo = try Program(Program.built("tally-demo"), ["--port", "0"])
            let line = try await demo.line(containing: "Metrics at http://")
            let address = try #require(line.firstMatch(of: #/http://([^/]+)/#)).1
            let prometheus = try await Prometheus(scraping: String(address))
            defer {
                _ = prometheus.stop()
                _ = demo.stop()
            }
            var count = 0
            for panel in dashboard.panels {
                for target in panel.targets ?? [] {
                    let query = target.expr.replacing("$__rate_interval", with: "1m").replacing("$job", with: ".*")
                        .replacing("$instance", with: ".*")
                    if query.contains("container_"), !hasContainer { continue }
                    _ = try await prometheus.query(query)
                    count += 1
                }
            }
            #expect(count >= 20)
        }
    }

    private static let model = """
        import json, sys
        from grafana_foundation_sdk.cog.encoder import JSONEncoder
        from grafana_foundation_sdk.models import dashboard

        def missing(given, read, path):
            if isinstance(given, dict):
                for key, value in given.items():
                    if not isinstance(read, dict) or key not in read: yield path + "/" + key
                    else: yield from missing(value, read[key], path + "/" + key)
            elif isinstance(given, list):
                if not isinstance(read, list) or len(read) != len(given): yield path
                else:
                    for index, value in enumerate(given): yield from missing(value, read[index], f"{path}/{index}")
            elif given != read: yield path

        given = json.load(sys.stdin)
        read = json.loads(JSONEncoder().encode(dashboard.Dashboard.from_json(given)))
        print("\\n".join(missing(given, read, "")))
        """

    private static let hasModel: Bool = {
        guard let python = PythonParser.python else { return false }
        return (try? Program.run(python, ["-c", "import grafana_foundation_sdk"]))?.status == 0
    }()

    @Test(.enabled(if: hasModel || Program.isRequired, "pip install grafana-foundation-sdk"))
    func grafanasModelReadsEveryFieldOfTheDashboard() throws {
        let python = try #require(PythonParser.python)
        let outcome = try Program.run(python, ["-c", Self.model], input: try printed())
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(outcome.text.trimmingCharacters(in: .whitespacesAndNewlines) == "")
    }
}
#endif
