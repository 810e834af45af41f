import Tally
import TallyTestSupport
import TallyTesting
import Testing

/// Runs the code of the guide "Request metrics": the code between the marks.
struct RequestMetricsTests {
    private let registry = MetricRegistry()

    private struct Request {
        var method = "GET"
        var route: String? = "/users/{id}"
        var fails = false
    }

    private struct Response {
        var status = 200
    }

    private struct Failure: Error {}

    private func respond(to request: Request) async throws -> Response {
        if request.fails { throw Failure() }
        return Response()
    }

    private func write(_ response: Response) async throws {}

    @Test func theExampleMeasuresAnswersAndFailures() async throws {
        // GUIDE RequestMetrics measure
        let http = HTTPServerMetrics(in: registry, routes: ["/", "/users/{id}"])

        func handle(_ request: Request) async throws -> Response {
            let call = http.start(method: request.method, scheme: .https)
            do {
                let response = try await respond(to: request)
                try await write(response)
                call.finish(route: request.route, status: response.status)
                return response
            } catch {
                call.finish(route: request.route, status: 500, error: error)
                throw error
            }
        }
        // END
        _ = try await handle(Request())
        await #expect(throws: Failure.self) { _ = try await handle(Request(fails: true)) }
        let samples = registry.exposition().text.split(separator: "\n").filter {
            $0.hasPrefix("http_server_request_duration_seconds_count") || $0.hasPrefix("http_server_active")
        }
        let labels = #"http_request_method="GET",http_route="/users/{id}",http_response_status_code="#
        #expect(
            samples == [
                #"http_server_active_requests{http_request_method="GET",url_scheme="https"} 0"#,
                #"http_server_request_duration_seconds_count{\#(labels)"200",error_type="",url_scheme="https"} 1"#,
                #"http_server_request_duration_seconds_count{\#(labels)"500",error_type="_OTHER",url_scheme="https"} 1"#,
            ]
        )
    }

    @Test func theTablesListEveryMetricLabelAndError() throws {
        let guide = try Guide("Sources/Tally/Tally.docc/RequestMetrics.md")
        let http = HTTPServerMetrics(in: registry, bodySizes: true)
        http.start(method: "GET", scheme: .http).finish(route: "/", status: 200, requestBytes: 1, responseBytes: 1)
        RPCServerMetrics(in: registry).start(method: "a/B").finish(status: .ok)
        let text = registry.exposition().text
        for row in guide.tableRows.prefix(5) {
            let name = try #require(row[0].split(separator: "`").first)
            #expect(text.contains("# TYPE \(name) "), "\(name)")
            for label in row[1].split(separator: "`").map(String.init) where label.contains("_") {
                #expect(text.contains("\(label)=\""), "\(label)")
            }
        }
        let values = guide.tableRows.dropFirst(6).map { $0[0].replacing("`", with: "") }
        #expect(values == RequestError.allCases.map(\.rawValue))
    }

    private struct Page: LabelSet {
        var route: String
        static let schema: [Label<Self>] = [Label("route", \.route)]
    }

    @Test func reservedPagesAreExposedFromBoot() {
        // GUIDE RequestMetrics reserved
        let pages = Family<Page, Counter>(
            "pages_total",
            help: "Pages by route.",
            maxChildren: 100,
            reserved: [Page(route: "/"), Page(route: "/about")],
            in: registry
        )
        // END
        #expect(pages.count == 2)
    }

    @Test func theExampleMeasuresACall() {
        // GUIDE RequestMetrics grpc
        let rpc = RPCServerMetrics(in: registry, methods: ["chat.Chat/Send"])
        let call = rpc.start(method: "chat.Chat/Send")
        call.finish(status: .ok)
        // END
        #expect(registry.exposition().text.contains(#"rpc_method="chat.Chat/Send",rpc_status_code="OK""#))
    }
}

extension Exposition {
    fileprivate var text: String { String(decoding: body, as: UTF8.self) }
}
