import Foundation
import TallyTestSupport
import Testing

@testable import Tally

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// A real Pushgateway accepts our requests, and a real Prometheus scrapes it.
@Suite(
    .serialized,
    .timeLimit(.minutes(10)),
    .enabled(
        if: (Prometheus.isInstalled && Program.find("prometheus-pushgateway") != nil) || Program.isRequired,
        "needs prometheus and prometheus-pushgateway"
    )
)
struct PushJudgeTests {
    private func startGateway() async throws -> (program: Program, address: String) {
        let address = "127.0.0.1:\(try Prometheus.freePort())"
        let gateway = try Program(
            try Program.require("prometheus-pushgateway"),
            // Debian's gateway keeps the groups of earlier runs by default.
            ["--web.listen-address=\(address)", "--persistence.file="]
        )
        _ = try await gateway.line(containing: "Listening on")
        return (gateway, address)
    }

    private func send(_ push: PushRequest, to address: String) async throws -> (status: Int, answer: String) {
        var request = URLRequest(url: try URL.required("http://\(address)\(push.path)"))
        request.httpMethod = push.method
        request.setValue(push.contentType, forHTTPHeaderField: "Content-Type")
        request.httpBody = Data(push.body)
        for _ in 0..<100 {
            // The gateway says that it listens a moment before it does.
            guard let (data, response) = try? await URLSession.shared.data(for: request) else { continue }
            return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
        }
        throw Program.Failed(description: "the Pushgateway does not answer")
    }

    @Test func prometheusScrapesWhatAJobPushed() async throws {
        let registry = MetricRegistry()
        Counter("backup_files_total", help: "Files \"saved\".", in: registry).increment(by: 12)
        Histogram("backup_bytes", help: "B.", buckets: [1, 10], in: registry).observe(3)
        // Another name, because Prometheus 2.42 reads all series of a family as it reads the first.
        let native = MetricRegistry()
        Histogram("backup_seconds", help: "S.", native: .standard, in: native).observe(3)
        let (gateway, address) = try await startGateway()
        let hostile = [
            "instance": "web-1", "path": "/var/lib", "nothing": "", "dots": "..", "text": "a b%c+é🚀\"\\\n?#;",
        ]
        for format in [ExpositionFormat.prometheusText, .protobuf] {
            let name = format == .protobuf ? "protobuf" : "text"
            for grouping in [hostile.merging(["format": name]) { $1 }, ["format": name]] {
                let push = (format == .protobuf ? native : registry).pushgateway(
                    job: "nightly/backup",
                    grouping: grouping,
                    as: format
                )
                let (status, answer) = try await send(push, to: address)
                #expect((200...202).contains(status), "\(push.path): \(answer)")
            }
        }
        let prometheus = try await Prometheus(
            scraping: address,
            relabelling: "honor_labels: true",
            features: "native-histograms"
        )
        let found = try await prometheus.query("backup_files_total{instance=\"web-1\"}") { !$0.isEmpty }
        #expect(found.map(\.value) == [12])
        // An empty label is no label.
        let expected = hostile.filter { !$0.value.isEmpty }.merging(["job": "nightly/backup", "format": "text"]) { $1 }
        #expect(found.first?.labels.filter { $0.key != "__name__" } == expected)
        let text = try await prometheus.query("backup_bytes_count{format=\"text\",instance=\"\"}")
        #expect(text.map(\.value) == [1])
        let histogram = try await prometheus.query("histogram_count(backup_seconds{format=\"protobuf\",instance=\"\"})")
        #expect(histogram.map(\.value) == [1])
        #expect(prometheus.stop() == 0)
        _ = gateway.stop()
    }
}
