package import Tally
import TallyTesting

/// The request metrics of a host, as a scrape shows them.
extension MetricRegistry {
    /// The finished requests by method, route, status and error type: `GET /users/{id} 200`. Without zeros.
    package func requests() throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for sample in try samples(of: "http_server_request_duration_seconds_count") where sample.value > 0 {
            let labels = ["http_request_method", "http_route", "http_response_status_code", "error_type"]
            let words = labels.compactMap { sample[label: $0] }.filter { !$0.isEmpty }
            counts[words.joined(separator: " "), default: 0] += Int(sample.value)
        }
        return counts
    }

    /// The sum of the durations of a route's requests, in seconds.
    package func requestSeconds(of route: String) throws -> Double {
        try samples(of: "http_server_request_duration_seconds_sum").filter { $0[label: "http_route"] == route }
            .reduce(0) { $0 + $1.value }
    }

    /// The requests in flight.
    package func activeRequests() throws -> Int {
        Int(try samples(of: "http_server_active_requests").reduce(0) { $0 + $1.value })
    }

    /// The values of a label over all finished requests.
    package func requestLabels(_ label: String) throws -> Set<String> {
        Set(try samples(of: "http_server_request_duration_seconds_count").compactMap { $0[label: label] })
    }
}
