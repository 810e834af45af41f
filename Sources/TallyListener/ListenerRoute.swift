/// A path of the host's own beside `/metrics`, such as a healthcheck.
///
/// ```swift
/// ListenerRoute("/ready") { _ in
///     ListenerResponse(status: 200, headers: [("Content-Type", "text/plain")], body: Array("ready\n".utf8))
/// }
/// ```
public struct ListenerRoute: Sendable {
    /// The path, matched byte for byte against a request's target without its query.
    public let path: String

    let handler: @Sendable (ListenerRequest) async throws -> ListenerResponse
    /// Where the handler runs, if not on the runtime's pool.
    let executor: (any TaskExecutor)?

    /// A route that answers `GET` and `HEAD`; any other method is answered 405 without asking the handler.
    ///
    /// - Parameters:
    ///   - path: visible ASCII that begins with `/`, without `?` or `#`. A path given twice, or `/metrics`, is an error
    ///     when the listener runs.
    ///   - handler: makes the response; it must not block its thread. For `HEAD` the body is counted, not sent. If it
    ///     throws, the client sees 500 with a fixed text and nothing of the error. Its task is cancelled when the client
    ///     is gone or the request's time is over.
    public init(_ path: String, handler: @escaping @Sendable (ListenerRequest) async throws -> ListenerResponse) {
        self.init(path, executor: nil, handler: handler)
    }

    init(
        _ path: String,
        executor: (any TaskExecutor)?,
        handler: @escaping @Sendable (ListenerRequest) async throws -> ListenerResponse
    ) {
        self.path = path
        self.executor = executor
        self.handler = handler
    }
}
