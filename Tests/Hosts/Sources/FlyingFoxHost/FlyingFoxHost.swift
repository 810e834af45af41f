import FlyingFox
import FlyingSocks
import Foundation
import Tally
import TallyHealthcheck

/// A FlyingFox server whose handlers are counted where they are registered.
struct FlyingFoxHost: Sendable {
    struct NoSuchUser: Error {}

    let registry: MetricRegistry
    let http: HTTPServerMetrics
    let healthcheck: Healthcheck
    /// Further routes, for tests.
    var addRoutes: @Sendable (HTTPServer) async -> Void = { _ in }

    static let routes = ["/users/:id", "/upload", "/stream/:pieces", "/broken"]

    init(registry: MetricRegistry = MetricRegistry()) {
        self.registry = registry
        http = HTTPServerMetrics(in: registry, routes: Self.routes)
        healthcheck = Healthcheck(service: ServiceInfo(name: "flyingfox", version: "1.0"), providers: [.process()])
    }

    func server(port: UInt16 = 0) async throws -> HTTPServer {
        let server = HTTPServer(address: try .inet(ip4: "127.0.0.1", port: port), logger: Self.silent())
        await addMetrics(to: server)
        await addHealth(to: server)
        await server.appendRoute("/users/:id", method: .GET, countedBy: http) { request in
            HTTPResponse(statusCode: .ok, body: Data("user \(request.routeParameters["id"] ?? "")\n".utf8))
        }
        await server.appendRoute("/upload", method: .POST, countedBy: http) { request in
            HTTPResponse(statusCode: .ok, body: Data("\(try await request.bodyData.count) bytes\n".utf8))
        }
        await server.appendRoute("/stream/:pieces", method: .GET, countedBy: http) { request in
            let pieces = request.routeParameters["pieces"].flatMap { Int($0) } ?? 0
            return HTTPResponse(statusCode: .ok, body: HTTPBodySequence(from: Pieces(count: pieces)))
        }
        await server.appendRoute("/broken", method: .GET, countedBy: http) { _ in throw NoSuchUser() }
        await addRoutes(server)
        await server.appendNotFound(countedBy: http)
        return server
    }

    /// By default, the server prints a line for each request.
    private static func silent(_ logger: some Logging = .disabled) -> some Logging { logger }

    private func addMetrics(to server: HTTPServer) async {
        let registry = registry
        // GUIDE InYourFramework flyingfox-metrics
        await server.appendRoute("GET /metrics") { request in
            let scrape = ScrapeRequest(query: request.target.query()) { request.headers[HTTPHeader($0)] }
            await registry.collect(for: scrape)
            let exposition = registry.exposition(for: scrape)
            let headers = exposition.headers.map { (HTTPHeader($0.name), $0.value) }
            return HTTPResponse(
                statusCode: .ok,
                headers: HTTPHeaders(Dictionary(uniqueKeysWithValues: headers)),
                body: Data(exposition.body)
            )
        }
        // END
    }

    private func addHealth(to server: HTTPServer) async {
        for route in HealthRoute.allCases {
            await server.appendRoute(HTTPRoute("GET \(route.path)")) { [healthcheck] request in
                let document = await healthcheck.answer(route, accept: request.headers[HTTPHeader("Accept")])
                let headers = document.headers.map { (HTTPHeader($0.name), $0.value) }
                return HTTPResponse(
                    statusCode: document.httpStatus == 200 ? .ok : .serviceUnavailable,
                    headers: HTTPHeaders(Dictionary(uniqueKeysWithValues: headers)),
                    body: Data(document.body)
                )
            }
        }
    }
}

/// A body of pieces of 16 KiB.
struct Pieces: AsyncBufferedSequence {
    typealias Element = UInt8
    let count: Int

    func makeAsyncIterator() -> Iterator { Iterator(left: count) }

    struct Iterator: AsyncBufferedIteratorProtocol {
        var left: Int

        mutating func next() async throws -> UInt8? { nil }

        mutating func nextBuffer(suggested count: Int) async throws -> Data? {
            guard left > 0 else { return nil }
            left -= 1
            return Data(repeating: UInt8(ascii: "x"), count: 16_384)
        }
    }
}
