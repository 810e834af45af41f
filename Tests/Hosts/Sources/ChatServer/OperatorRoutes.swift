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
            let exposition = registry.exposition(
                for: ScrapeRequest(
                    accept: request.headers[.accept],
                    acceptEncoding: request.headers[.acceptEncoding],
                    query: request.uri.query
                )
            )
            return Response(200, exposition.headers, exposition.body)
        }
        router.get(".well-known/healthcheck.json") { request, _ in
            Response(await healthcheck.document(accept: request.headers[.accept]))
        }
        router.get("live") { _, _ in Response(healthcheck.liveness()) }
        router.get("ready") { _, _ in Response(await healthcheck.readiness()) }
        router.get("startup") { _, _ in Response(await healthcheck.startup()) }
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

extension Response {
    fileprivate init(_ document: HealthDocument) {
        self.init(document.httpStatus, document.headers, document.body)
    }

    /// Tally's headers are plain text, so that it needs no HTTP library.
    fileprivate init(_ status: Int, _ headers: [(name: String, value: String)], _ body: [UInt8]) {
        let fields = headers.compactMap { name, value in
            HTTPField.Name(name).map { HTTPField(name: $0, value: value) }
        }
        self.init(
            status: HTTPResponse.Status(code: status),
            headers: HTTPFields(fields),
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body))
        )
    }
}
