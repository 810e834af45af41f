#if Listener
import Foundation
import TallyTestSupport
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// Prometheus, promtool and the official Python parser read the demo's metrics port.
@Suite(.serialized, .timeLimit(.minutes(20)))
struct ScrapeTests {
    static let rounds = 20_000
    static let hostileRoom = "\"two\\\nlines\" été 🚀"

    /// Starts the demo, and returns it with its URL.
    private func startDemo() async throws -> (program: Program, url: URL) {
        let program = try Program(Program.built("tally-demo"), ["--port", "0", "--rounds", "\(Self.rounds)"])
        let line = try await program.line(containing: "Metrics at http://")
        let words = line.split(separator: " ")
        return (program, try URL.required(String(words[2])))
    }

    private func fetch(_ url: URL, accept: String = "text/plain") async throws -> (body: Data, type: String?) {
        var request = URLRequest(url: url)
        request.setValue(accept, forHTTPHeaderField: "Accept")
        let (data, response) = try await URLSession.shared.data(for: request)
        return (data, (response as? HTTPURLResponse)?.value(forHTTPHeaderField: "Content-Type"))
    }

    /// The exposition after all rounds, while several readers keep requesting it.
    private func finishedExposition(_ url: URL) async throws -> Data {
        try await withThrowingTaskGroup(of: Data.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    while true {
                        let (body, _) = try await fetch(url)
                        if String(decoding: body, as: UTF8.self).contains("chat_connections_total \(Self.rounds)\n") {
                            return body
                        }
                        try await onThread { _ = usleep(20_000) }
                    }
                }
            }
            var last = Data()
            for try await body in group { last = body }
            return last
        }
    }

    @Test(.enabled(if: Prometheus.isInstalled || Program.isRequired, "needs prometheus"))
    func aRealPrometheusReturnsTheExposedValues() async throws {
        let demo = try await startDemo()
        let target = "\(demo.url.host() ?? ""):\(demo.url.port ?? 0)"
        let prometheus = try await Prometheus(scraping: target)
        // Prometheus and other readers scrape during the rounds.
        _ = try await finishedExposition(demo.url)

        let counter = try await prometheus.query("chat_connections_total") {
            $0.first?.value == Double(Self.rounds)
        }
        #expect(counter.map(\.value) == [Double(Self.rounds)])
        #expect(counter.first?.labels["instance"] == target)

        // Of every 100 observations, those of 0 to 99 ms, 51 are at most 0.05 and 26 at most 0.025.
        let median = try await prometheus.query(
            "histogram_quantile(0.5, sum by (le) (http_request_duration_seconds_bucket))"
        )
        let interpolated: Double = 0.025 + 0.025 * 24 / 25
        #expect(abs((median.first?.value ?? .nan) - interpolated) < 1e-12)
        let count = try await prometheus.query("sum(http_request_duration_seconds_count)")
        #expect(count.map(\.value) == [Double(Self.rounds)])

        let rooms = try await prometheus.query("chat_messages_total")
        #expect(rooms.count == 5)
        let hostile = rooms.first { $0.labels["room"]?.utf8.elementsEqual(Self.hostileRoom.utf8) == true }
        #expect(hostile?.value == Double(Self.rounds) / 5)
        let selected = try await prometheus.query(#"chat_messages_total{room="\"two\\\nlines\" été 🚀"}"#)
        #expect(selected == [hostile].compactMap { $0 })

        // Prometheus requests OpenMetrics, the only format with exemplars.
        let exemplars = try await prometheus.exemplars("http_request_duration_seconds_bucket")
        let traces = exemplars.compactMap { $0["trace_id"] }
        #expect(!traces.isEmpty && traces.allSatisfy { $0.hasPrefix("trace-") && $0.hasSuffix("7") }, "\(traces)")

        #expect(try await !prometheus.rejectedScrape())
        print(
            "Prometheus returned: chat_connections_total \(counter[0].value), median \(median[0].value),",
            "\(hostile?.labels["room"]?.debugDescription ?? "") \(hostile?.value ?? .nan),",
            "\(traces.count) exemplars"
        )
        #expect(prometheus.stop() == 0)
        #expect(demo.program.stop(SIGINT) == 0)
    }

    @Test(.enabled(if: Program.find("promtool") != nil || Program.isRequired, "needs promtool"))
    func promtoolFindsNoProblems() async throws {
        let demo = try await startDemo()
        let body = try await finishedExposition(demo.url)
        let outcome = try Program.run(try Program.require("promtool"), ["check", "metrics"], input: body)
        #expect(outcome.status == 0)
        #expect(outcome.text + outcome.errorText == "")
    }

    /// Prints every sample that the official parser reads, as JSON: name, labels, value.
    private static let parser = """
        import json, sys
        from prometheus_client.parser import text_string_to_metric_families
        text = sys.stdin.buffer.read().decode("utf-8")
        families = [[f.name, f.type, f.documentation, [[s.name, s.labels, repr(s.value)] for s in f.samples]]
                    for f in text_string_to_metric_families(text)]
        json.dump(families, sys.stdout)
        """

    private static let python = Program.find("python3", variable: "TALLY_PYTHON")

    private static var hasParser: Bool {
        guard let python else { return false }
        return (try? Program.run(python, ["-c", "import prometheus_client"]))?.status == 0
    }

    @Test(.enabled(if: hasParser || Program.isRequired, "needs Python with prometheus-client"))
    func theOfficialPythonParserReadsEveryFamilyBack() async throws {
        let demo = try await startDemo()
        let body = try await finishedExposition(demo.url)
        let json = try await fetch(demo.url, accept: "application/json")
        #expect(json.type == "application/json")
        let python = try #require(Self.python)
        let outcome = try Program.run(python, ["-c", Self.parser], input: body)
        try #require(outcome.status == 0, "\(outcome.errorText)")

        let read = try #require(try JSONSerialization.jsonObject(with: outcome.output) as? [[Any]])
        let written = try #require(try JSONSerialization.jsonObject(with: json.body) as? [[String: Any]])
        #expect(read.count == written.count)
        var samples = 0
        for (family, ours) in zip(read, written) {
            let name = try #require(ours["name"] as? String)
            let type = try #require(ours["type"] as? String)
            #expect(family[1] as? String == type.lowercased())
            #expect(family[0] as? String == (type == "COUNTER" ? String(name.dropLast("_total".count)) : name))
            #expect(family[2] as? String == ours["help"] as? String)
            var expected = try Self.samples(name: name, try #require(ours["metrics"] as? [[String: Any]]))
            for sample in try #require(family[3] as? [[Any]]) {
                let key = try Self.key(sample[0] as? String, sample[1] as? [String: String])
                let removed = expected.removeValue(forKey: key)
                let value = try #require(removed, "\(key)")
                // These families differ between scrapes.
                if name != "tally_scrape_duration_seconds", !name.hasPrefix("tally_listener_") {
                    #expect(Double(sample[2] as? String ?? "") == value, "\(key)")
                }
                samples += 1
            }
            #expect(expected.isEmpty, "\(expected) was not read")
        }
        #expect(samples > 50)
        print(
            "The official Python parser read \(read.count) families and \(samples) samples back with equal values."
        )
    }

    private static func key(_ name: String?, _ labels: [String: String]?) throws -> String {
        let labels = try #require(labels).sorted { $0.key < $1.key }
        return "\(try #require(name)) \(labels.map { "\($0.key)=\(Array($0.value.utf8))" })"
    }

    private static func samples(name: String, _ metrics: [[String: Any]]) throws -> [String: Double] {
        var samples: [String: Double] = [:]
        for metric in metrics {
            let labels = metric["labels"] as? [String: String] ?? [:]
            func number(_ text: Any?) throws -> Double {
                try #require(Double((text as? String ?? "").replacing("Inf", with: "inf")))
            }
            guard let buckets = metric["buckets"] as? [String: String] else {
                samples[try key(name, labels)] = try number(metric["value"])
                continue
            }
            samples[try key(name + "_sum", labels)] = try number(metric["sum"])
            samples[try key(name + "_count", labels)] = try number(metric["count"])
            for (bound, count) in buckets {
                let bound = bound.contains(".") || bound.contains("e") || bound == "+Inf" ? bound : bound + ".0"
                samples[try key(name + "_bucket", labels.merging(["le": bound]) { $1 })] = try number(count)
            }
        }
        return samples
    }
}
#endif
