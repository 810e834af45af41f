import Foundation
import Tally
import TallyTestSupport
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// A real node_exporter exposes the metrics of our textfile.
@Suite(.timeLimit(.minutes(20)))
struct TextfileJudgeTests {
    private static let exporter = Program.find("prometheus-node-exporter")

    @Test(.enabled(if: exporter != nil || Program.isRequired, "needs prometheus-node-exporter"))
    func nodeExporterExposesTheTextfileOfAJob() async throws {
        let folder = try TemporaryFolder()
        let registry = MetricRegistry(ownMetrics: false)
        Counter("backup_rows_total", help: "Rows saved.", in: registry).increment(by: 12_345)
        let byTable = try Gauge.family(validating: "backup_bytes", help: "", labelNames: ["table"], in: registry)
        byTable[["\"odd\"\\\n"]].set(1.5)
        Histogram("backup_seconds", help: "Time.", buckets: [1, 60], in: registry).observe(42)
        try registry.write(toTextfile: folder.url.appending(path: "backup.prom").path)

        let address = "127.0.0.1:\(try Prometheus.freePort())"
        let exporter = try Program(
            try Program.require("prometheus-node-exporter"),
            [
                "--collector.disable-defaults", "--collector.textfile",
                "--collector.textfile.directory=\(folder.url.path)", "--web.listen-address=\(address)",
            ]
        )
        _ = try await exporter.line(containing: "Listening on")
        let (body, _) = try await URLSession.shared.data(from: try URL.required("http://\(address)/metrics"))
        let text = String(decoding: body, as: UTF8.self)
        for line in [
            "node_textfile_scrape_error 0", "backup_rows_total 12345", #"backup_bytes{table="\"odd\"\\\n"} 1.5"#,
            #"backup_seconds_bucket{le="60"} 1"#, "backup_seconds_sum 42",
        ] {
            #expect(text.contains("\(line)\n"), "\(line)")
        }
        _ = exporter.stop()
    }
}
