import GRPCCore
import Tally

// GUIDE InYourFramework grpc
/// Counts and times calls by method and status, until the stream of the response ends.
struct CallMetrics: ServerInterceptor {
    let rpc: RPCServerMetrics

    func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingServerRequest<Input>,
        context: ServerContext,
        next: @Sendable (StreamingServerRequest<Input>, ServerContext) async throws -> StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output> {
        let call = rpc.start(method: context.descriptor.fullyQualifiedMethod)
        do {
            var response = try await next(request, context)
            var contents = try response.accepted.get()
            // The producer writes the messages after the interceptor has returned.
            contents.producer = { [producer = contents.producer] writer in
                do {
                    let metadata = try await producer(writer)
                    call.finish(status: .ok)
                    return metadata
                } catch {
                    call.finish(status: Self.status(of: error, context))
                    throw error
                }
            }
            response.accepted = .success(contents)
            return response
        } catch {
            call.finish(status: Self.status(of: error, context))
            throw error
        }
    }

    /// The status that the server sends for an error. Nothing is sent to a client that has gone.
    private static func status(of error: any Error, _ context: ServerContext) -> RPCStatus {
        let error = error as? RPCError ?? (error as? any RPCErrorConvertible).map { RPCError($0) }
        guard let error else { return context.cancellation.isCancelled ? .cancelled : .unknown }
        return RPCStatus(code: error.code.rawValue)
    }
}
// END
