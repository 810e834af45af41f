import Testing

/// Requests of one kind that a load generator sends.
package struct RequestLoad: Sendable {
    package var path: String
    package var method: String
    package var route: String
    package var status: Int
    package var requests: Int
    package var options: [String]

    package init(
        _ path: String,
        method: String = "GET",
        route: String,
        status: Int = 200,
        requests: Int,
        options: [String] = []
    ) {
        self.path = path
        self.method = method
        self.route = route
        self.status = status
        self.requests = requests
        self.options = options
    }

    /// Sends all loads at once while a real Prometheus scrapes the server. Expects that Prometheus' counts are those of
    /// the load generator, and that no request stays in flight.
    ///
    /// - Parameter scrapes: 1 if the server counts a scrape as a request, which is in flight as long as it is answered.
    package static func run(_ loads: [RequestLoad], port: Int, scrapes: Int = 0) async throws {
        let prometheus = try await Prometheus(scraping: port)
        let reports = try await withThrowingTaskGroup(of: (Int, LoadReport).self) { group in
            for (index, load) in loads.enumerated() {
                group.addTask {
                    let report = try await LoadGenerator.hey(
                        "http://127.0.0.1:\(port)\(load.path)",
                        requests: load.requests,
                        connections: 4,
                        options: ["-m", load.method] + load.options
                    )
                    return (index, report)
                }
            }
            return try await group.reduce(into: [Int: LoadReport]()) { $0[$1.0] = $1.1 }
        }
        for (index, load) in loads.enumerated() {
            let report = try #require(reports[index])
            #expect(report.responses == [load.status: load.requests], "\(report.text)")
            #expect(report.errors == 0, "\(report.text)")
            let selector = """
                http_request_method="\(load.method)",http_route="\(load.route)",\
                http_response_status_code="\(load.status)"
                """
            let query = "sum(http_server_request_duration_seconds_count{\(selector)})"
            let counted = try await prometheus.value(of: query, awaiting: Double(report.total))
            #expect(counted == Double(report.total), "\(query)")
            print("hey \(load.method) \(load.path): \(report.responses)")
            print("    \(query) = \(counted ?? -1)")
        }
        let active = try await prometheus.value(of: "sum(http_server_active_requests)", awaiting: Double(scrapes))
        #expect(active == Double(scrapes))
        let up = try await prometheus.value(of: "min_over_time(up[5m])")
        print("    sum(http_server_active_requests) = \(active ?? -1), min_over_time(up[5m]) = \(up ?? -1)")
    }
}
