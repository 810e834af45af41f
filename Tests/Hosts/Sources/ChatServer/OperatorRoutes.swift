import HTTPTypes
import Hummingbird
import Tally
import TallyHealthcheck

/// The routes for those who run the server.
struct OperatorRoutes: Sendable {
    let registry: MetricRegistry
    let healthcheck: Healthcheck

    func add(to router: Router<BasicRequestContext>) {
        router.get("metrics") { request, _ in
            let scrape = ScrapeRequest(query: request.uri.query) { name in
                HTTPField.Name(name).flatMap { request.headers[$0] }
            }
            let answer = await registry.response(to: scrape)
            let body = ResponseBody(asyncSequence: answer.map { ByteBuffer(bytes: $0) })
            return Response(status: .ok, headers: HTTPFields(answer.headers), body: body)
        }
        for route in HealthRoute.allCases {
            router.get(RouterPath(route.path)) { request, _ in
                let document = await healthcheck.answer(route, accept: request.headers[.accept])
                return Response(
                    status: HTTPResponse.Status(code: document.httpStatus),
                    headers: HTTPFields(document.headers),
                    body: ResponseBody(byteBuffer: ByteBuffer(bytes: document.body))
                )
            }
        }
        router.put("drain") { _, _ in
            healthcheck.beginDraining()
            return HTTPResponse.Status.noContent
        }
        router.delete("drain") { _, _ in
            healthcheck.endDraining()
            return HTTPResponse.Status.noContent
        }
    }
}

extension HTTPFields {
    /// Tally's header fields are plain text, so that it needs no HTTP library.
    fileprivate init(_ headers: [(name: String, value: String)]) {
        self.init(headers.compactMap { name, value in HTTPField.Name(name).map { HTTPField(name: $0, value: value) } })
    }
}
