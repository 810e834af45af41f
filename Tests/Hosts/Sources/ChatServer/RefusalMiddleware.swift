import GRDB
import Hummingbird
import Tally

/// Counts refusals, and logs database errors, which clients see only as a refusal.
struct RefusalMiddleware<Context: RequestContext>: RouterMiddleware {
    let refusals: Family<Refusal, Counter>

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let refusal as Refusal {
            refusals.increment(for: refusal)
            throw refusal
        } catch let error as DatabaseError {
            context.logger.error("database", metadata: ["error": "\(error)"])
            refusals.increment(for: .databaseUnavailable)
            throw Refusal.databaseUnavailable
        }
    }
}
