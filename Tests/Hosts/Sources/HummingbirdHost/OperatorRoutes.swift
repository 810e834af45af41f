import HTTPTypes
import Hummingbird
import Tally
import TallyHealthcheck

/// Adds the routes that an operator reads: `/metrics`, the health document and the three probes.
func addOperatorRoutes(to router: Router<UserContext>, of registry: MetricRegistry, _ healthcheck: Healthcheck) {
    // Every format, gzip, `name[]`, the scraper's timeout and all collectors, streamed in pieces.
    // GUIDE README metrics-route
    // GUIDE InYourFramework hummingbird-metrics
    router.get("/metrics") { request, _ in
        let reply = await registry.response(to: ScrapeRequest(query: request.uri.query) { request.headers[.init($0)!] })
        let headers = HTTPFields(reply.headers.map { HTTPField(name: .init($0.name)!, value: $0.value) })
        return Response(status: .ok, headers: headers, body: .init(asyncSequence: reply.map { ByteBuffer(bytes: $0) }))
    }
    // END
    // GUIDE InYourFramework hummingbird-health
    for route in HealthRoute.allCases {
        router.get("\(route.path)") { request, _ in
            Response(await healthcheck.answer(route, accept: request.headers[.accept]))
        }
    }
    // END
}

// GUIDE InYourFramework hummingbird-response
extension Response {
    init(_ document: HealthDocument) {
        let headers = HTTPFields(document.headers.map { HTTPField(name: .init($0.name)!, value: $0.value) })
        let body = ResponseBody(byteBuffer: ByteBuffer(bytes: document.body))
        self.init(status: .init(code: document.httpStatus), headers: headers, body: body)
    }
}
// END
