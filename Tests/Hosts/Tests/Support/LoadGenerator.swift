/// The report of a program that sends many requests.
package struct LoadReport: Sendable {
    /// The number of responses by status.
    package var responses: [Int: Int] = [:]
    /// The number of requests without a response.
    package var errors = 0
    /// All that the program printed.
    package let text: String

    package var total: Int { responses.values.reduce(0, +) }
}

/// Programs that send many requests at once.
package enum LoadGenerator {
    /// Sends a fixed number of requests: https://github.com/rakyll/hey
    ///
    /// - Parameters:
    ///   - requests: A multiple of `connections`, because hey rounds down to one.
    ///   - options: Further options, such as `-m POST` and `-H name: value`.
    package static func hey(
        _ url: String,
        requests: Int,
        connections: Int = 8,
        options: [String] = []
    ) async throws -> LoadReport {
        let arguments = ["-n", "\(requests)", "-c", "\(connections)", "-t", "300"] + options + [url]
        var report = LoadReport(text: try await Program.output(of: "hey", arguments))
        // Lines such as `[200]	100 responses`, and for errors `[3]	Get "http://…": EOF`.
        for match in report.text.matches(of: #/\[(\d+)\]\s+(\d+) responses/#) {
            report.responses[Int(match.1) ?? 0, default: 0] += Int(match.2) ?? 0
        }
        // The lines of the histogram, such as `0.010 [1]	|`, do not begin with the bracket.
        for match in report.text.matches(of: #/(?m)^ *\[(\d+)\]\t(?!\d+ responses)/#) {
            report.errors += Int(match.1) ?? 0
        }
        return report
    }

    /// Sends requests for a time: https://github.com/wg/wrk
    ///
    /// wrk closes its connections without waiting for the last responses, so a server may count up to one request a
    /// connection more. It reports how many statuses were not 2xx or 3xx, not which: `responses` has those under 0.
    package static func wrk(
        _ url: String,
        seconds: Int,
        connections: Int = 8,
        options: [String] = []
    ) async throws -> LoadReport {
        let arguments = ["-t2", "-c\(connections)", "-d\(seconds)s"] + options + [url]
        var report = LoadReport(text: try await Program.output(of: "wrk", arguments))
        let total = report.text.firstMatch(of: #/(\d+) requests in/#).flatMap { Int($0.1) } ?? 0
        let failed = report.text.firstMatch(of: #/Non-2xx or 3xx responses: (\d+)/#).flatMap { Int($0.1) } ?? 0
        report.responses = [200: total - failed, 0: failed].filter { $0.value > 0 }
        let errors = report.text.firstMatch(of: #/connect (\d+), read (\d+), write (\d+), timeout (\d+)/#)
        if let errors { report.errors = [errors.1, errors.2, errors.3, errors.4].compactMap { Int($0) }.reduce(0, +) }
        return report
    }
}
