import Foundation

/// A real Prometheus server in a temporary folder, which scrapes ports of this machine every second.
package final class Prometheus: Sendable {
    /// One series of an answer.
    package struct Sample: Equatable, Sendable {
        package var labels: [String: String]
        package var value: Double
    }

    private let program: Program
    private let folder: TemporaryFolder
    private let address: String

    /// - Parameters:
    ///   - ports: The ports of the targets, each a job of the name `port-…`.
    ///   - configuration: Further lines of each job, such as `scheme: https`.
    package init(scraping ports: Int..., configuration: [String] = []) async throws {
        folder = try TemporaryFolder()
        address = "127.0.0.1:\(try freePort())"
        var lines = ["global: {scrape_interval: 1s, scrape_timeout: 1s}", "scrape_configs:"]
        for port in ports {
            lines.append("  - job_name: port-\(port)")
            lines.append("    static_configs: [{targets: [\"127.0.0.1:\(port)\"]}]")
            lines += configuration.map { "    " + $0 }
        }
        let file = folder.url.appending(path: "prometheus.yml")
        try Data(lines.joined(separator: "\n").utf8).write(to: file)
        program = try Program(
            try Program.require("prometheus"),
            [
                "--config.file=\(file.path)", "--storage.tsdb.path=\(folder.url.appending(path: "data").path)",
                "--web.listen-address=\(address)",
            ]
        )
        _ = try await program.line(containing: "Server is ready to receive web requests")
    }

    deinit {
        // Ended before its folder is removed.
        _ = program.stop()
    }

    /// The answer to an instant query: https://prometheus.io/docs/prometheus/latest/querying/api/
    package func samples(of expression: String) async throws -> [Sample] {
        struct Answer: Decodable {
            struct Contents: Decodable { var result: [Result] }
            struct Result: Decodable {
                var metric: [String: String]
                var value: Value
            }
            struct Value: Decodable {
                var text: String
                init(from decoder: any Decoder) throws {
                    var container = try decoder.unkeyedContainer()
                    _ = try container.decode(Double.self)
                    text = try container.decode(String.self)
                }
            }
            var data: Contents?
            var error: String?
        }
        var components = URLComponents()
        components.queryItems = [URLQueryItem(name: "query", value: expression)]
        let query = (components.percentEncodedQuery ?? "").replacing("+", with: "%2B")
        let response = try await HTTPAnswer.of("GET", "http://\(address)/api/v1/query?\(query)")
        let answer = try JSONDecoder().decode(Answer.self, from: response.body)
        guard let data = answer.data else { throw Program.Failed(description: "\(expression): \(answer.error ?? "")") }
        return data.result.map { Sample(labels: $0.metric, value: Double($0.value.text) ?? .nan) }
    }

    /// The value of the first sample of an answer; nil without any.
    package func value(of expression: String) async throws -> Double? {
        try await samples(of: expression).first?.value
    }

    /// Queries until the value satisfies `isDone`. After five minutes, returns the last one.
    package func value(of expression: String, until isDone: (Double?) -> Bool) async throws -> Double? {
        let start = ContinuousClock.now
        while true {
            let value = try await value(of: expression)
            if isDone(value) || start.duration(to: .now) > .seconds(300) { return value }
            // Pauses, so that the polls leave time to what they wait for.
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Queries until the value is the expected one. After five minutes, returns the last one.
    package func value(of expression: String, awaiting expected: Double) async throws -> Double? {
        try await value(of: expression) { $0 == expected }
    }
}
