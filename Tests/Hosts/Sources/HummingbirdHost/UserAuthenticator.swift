import Hummingbird
import Tally

/// A request's context with the user who sent it.
struct UserContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    var user = ""

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
    }
}

/// Accepts a request with the token of a user, and counts the user as active.
struct UserAuthenticator: RouterMiddleware {
    let users: [String: String]
    let activeUsers: ActiveUsers

    func handle(
        _ request: Request,
        context: UserContext,
        next: (Request, UserContext) async throws -> Response
    ) async throws -> Response {
        let token = request.headers[.authorization].flatMap { $0.hasPrefix("Bearer ") ? String($0.dropFirst(7)) : nil }
        // By bytes: a dictionary would also accept a canonically equivalent token.
        let user = token.flatMap { token in users.first { $0.key.utf8.elementsEqual(token.utf8) }?.value }
        guard let user else { throw HTTPError(.unauthorized) }
        // Only after authentication: a client that makes names up counts nobody.
        activeUsers.record(user)
        var context = context
        context.user = user
        return try await next(request, context)
    }
}
