import Hummingbird
import Tally

// GUIDE InYourFramework hummingbird
/// Counts and times requests by method, route and status, until the last byte of the response is written.
struct RequestMetrics<Context: RequestContext>: RouterMiddleware {
    let http: HTTPServerMetrics

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let call = http.start(method: request.method.rawValue, scheme: .http)
        do {
            var response = try await next(request, context)
            let (route, status, body) = (Self.route(context), response.status.code, response.body)
            // The router drops the body of a response to HEAD.
            if request.method == .head { call.finish(route: route, status: status) }
            response.body = ResponseBody(contentLength: body.contentLength) { writer in
                do {
                    try await body.write(writer)
                    call.finish(route: route, status: status)
                } catch {
                    call.finish(route: route, status: status, error: RequestError.connectionClosed)
                    throw error
                }
            }
            return response
        } catch {
            let status = (error as? any HTTPResponseError)?.status.code ?? 500
            call.finish(route: Self.route(context), status: status)
            throw error
        }
    }

    /// The template of the route. A request that matches none has the path "NotFound".
    private static func route(_ context: Context) -> String {
        context.endpointPath.flatMap { $0.hasPrefix("/") ? $0 : nil } ?? ""
    }
}
// END
