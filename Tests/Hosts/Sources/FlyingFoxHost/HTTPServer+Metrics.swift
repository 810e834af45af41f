import FlyingFox
import FlyingSocks
import Foundation
import Tally

// GUIDE InYourFramework flyingfox
extension HTTPServer {
    /// Adds a route whose requests are counted and timed until the last byte of the response is written.
    ///
    /// - Parameter path: The path, such as `/users/:id`, which is also the label of the route.
    func appendRoute(
        _ path: String,
        method: HTTPMethod,
        countedBy http: HTTPServerMetrics,
        handler: @escaping @Sendable (HTTPRequest) async throws -> HTTPResponse
    ) {
        appendRoute(HTTPRoute(method: method, path: path)) { request in
            try await http.count(request, route: path, handler: handler)
        }
    }

    /// Answers 404 to all requests that match no other route. Add it last.
    func appendNotFound(countedBy http: HTTPServerMetrics) {
        appendRoute("*") { request in
            try await http.count(request, route: "") { _ in HTTPResponse(statusCode: .notFound) }
        }
    }
}

extension HTTPServerMetrics {
    func count(
        _ request: HTTPRequest,
        route: String,
        handler: (HTTPRequest) async throws -> HTTPResponse
    ) async throws -> HTTPResponse {
        let call = start(method: request.method.rawValue, scheme: .http)
        do {
            var response = try await handler(request)
            let status = response.statusCode.code
            guard case .httpBody(let body) = response.payload else {
                call.finish(route: route, status: status)
                return response
            }
            let counted = CountedBody(body, ending: BodyEnd(call: call, route: route, status: status))
            response.payload = .httpBody(
                body.count.map { HTTPBodySequence(from: counted, count: $0) } ?? HTTPBodySequence(from: counted)
            )
            return response
        } catch {
            // The server answers 500.
            call.finish(route: route, status: 500)
            throw error
        }
    }
}
// END
