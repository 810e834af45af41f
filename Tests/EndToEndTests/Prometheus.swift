import Foundation
import TallyTestSupport

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// A real Prometheus server in a temporary folder, which scrapes one target every second.
struct Prometheus {
    struct Sample: Equatable {
        var labels: [String: String]
        var value: Double
    }

    private let program: Program
    private let folder: TemporaryFolder
    private let address: String

    static let isInstalled = Program.find("prometheus") != nil

    static func majorVersion() throws -> Int {
        let outcome = try Program.run(try Program.require("prometheus"), ["--version"])
        let version = (outcome.text + outcome.errorText).firstMatch(of: #/version (\d+)\./#)
        guard let number = version.flatMap({ Int($0.1) }) else {
            throw Program.Failed(description: "prometheus does not say its version")
        }
        return number
    }

    /// - Parameters:
    ///   - relabelling: Lines of the scrape configuration, such as `metric_relabel_configs:`.
    ///   - features: Further features to enable, such as `native-histograms`.
    init(scraping target: String, relabelling: String = "", features: String = "") async throws {
        folder = try TemporaryFolder()
        address = "127.0.0.1:\(try Self.freePort())"
        let configuration = """
            global: {scrape_interval: 1s, scrape_timeout: 1s}
            scrape_configs:
              - job_name: tally
                static_configs: [{targets: ["\(target)"]}]
            \(relabelling.split(separator: "\n").map { "    \($0)\n" }.joined())
            """
        let file = folder.url.appending(path: "prometheus.yml")
        try Data(configuration.utf8).write(to: file)
        program = try Program(
            try Program.require("prometheus"),
            [
                "--config.file=\(file.path)", "--storage.tsdb.path=\(folder.url.appending(path: "data").path)",
                "--web.listen-address=\(address)",
                "--enable-feature=exemplar-storage\(features.isEmpty ? "" : ",")\(features)",
            ]
        )
        _ = try await program.line(containing: "Server is ready to receive web requests")
    }

    /// The answer to an instant query now: https://prometheus.io/docs/prometheus/latest/querying/api/
    private func answer(to expression: String) async throws -> [Sample] {
        var components = URLComponents()
        components.queryItems = [URLQueryItem(name: "query", value: expression)]
        let query = (components.percentEncodedQuery ?? "").replacing("+", with: "%2B")
        let url = try URL.required("http://\(address)/api/v1/query?\(query)")
        let (data, _) = try await URLSession.shared.data(from: url)
        let answer = try JSONDecoder().decode(Answer.self, from: data)
        guard answer.status == "success" else {
            throw Program.Failed(description: String(decoding: data, as: UTF8.self))
        }
        return (answer.data?.result ?? []).map { Sample(labels: $0.metric, value: Double($0.value.text) ?? .nan) }
    }

    /// Queries until the answer satisfies `isDone`, by default until there is one. Throws an error after five minutes.
    func query(
        _ expression: String,
        until isDone: ([Sample]) -> Bool = { !$0.isEmpty }
    ) async throws -> [Sample] {
        let start = ContinuousClock.now
        while true {
            let samples = try await answer(to: expression)
            if isDone(samples) { return samples }
            guard start.duration(to: .now) < .seconds(300) else {
                throw Program.Failed(description: "waited too long; \(expression) is \(samples)")
            }
            // Pauses, so that the polls leave time to what they wait for.
            try await onThread { _ = usleep(20_000) }
        }
    }

    /// True if a scrape failed that did not time out, as it may on a busy machine.
    func rejectedScrape() async throws -> Bool {
        let seen = try await query("count_over_time(up[5m])")
        let rejected = try await answer(to: "count_over_time((up == 0 and scrape_duration_seconds < 0.9)[5m:1s])")
        return seen.isEmpty || !rejected.isEmpty
    }

    /// The labels of all exemplars within an hour of now.
    func exemplars(_ expression: String) async throws -> [[String: String]] {
        struct Answer: Decodable {
            struct Series: Decodable {
                struct Exemplar: Decodable { var labels: [String: String] }
                var exemplars: [Exemplar]
            }
            var data: [Series]
        }
        var components = URLComponents()
        let seconds = Date().timeIntervalSince1970
        components.queryItems = [
            URLQueryItem(name: "query", value: expression), URLQueryItem(name: "start", value: "\(seconds - 3600)"),
            URLQueryItem(name: "end", value: "\(seconds + 3600)"),
        ]
        let query = (components.percentEncodedQuery ?? "").replacing("+", with: "%2B")
        let url = try URL.required("http://\(address)/api/v1/query_exemplars?\(query)")
        let (data, _) = try await URLSession.shared.data(from: url)
        return try JSONDecoder().decode(Answer.self, from: data).data.flatMap(\.exemplars).map(\.labels)
    }

    func stop() -> Int32 { program.stop() }

    private struct Answer: Decodable {
        struct Result: Decodable {
            var metric: [String: String]
            var value: Value
        }
        struct Contents: Decodable {
            var result: [Result]
        }
        struct Value: Decodable {
            var text: String
            init(from decoder: any Decoder) throws {
                var container = try decoder.unkeyedContainer()
                _ = try container.decode(Double.self)
                text = try container.decode(String.self)
            }
        }
        var status: String
        var data: Contents?
    }

    /// A port that was free a moment ago.
    static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) | getsockname(descriptor, pointer, &length)
            }
        }
        guard status == 0 else { throw Program.Failed(description: "no free port") }
        return UInt16(bigEndian: address.sin_port)
    }
}

extension URL {
    static func required(_ text: String) throws -> URL {
        guard let url = URL(string: text) else { throw Program.Failed(description: "\(text) is not a URL") }
        return url
    }
}
