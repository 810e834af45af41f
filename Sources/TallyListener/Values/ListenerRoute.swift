/// A path that a listener serves beside `/metrics`, and its handler.
///
/// ```swift
/// let ready = ListenerRoute("/ready") { _ in
///     ListenerResponse(status: 200, headers: [("Content-Type", "text/plain")], body: Array("ready\n".utf8))
/// }
/// ```
public struct ListenerRoute: Sendable {
    /// The requests that a listener's authorization guards.
    enum Access: Sendable {
        case guarded
        /// Answered without authorization, unless the authorization covers the probes.
        case probe
        case open
    }

    /// The path, compared byte for byte with a request's target without its query.
    package let path: String

    let access: Access
    let handler: @Sendable (ListenerRequest) async throws -> ListenerResponse
    /// The executor that runs the handler, or `nil` for the runtime's pool.
    let executor: (any TaskExecutor)?

    /// Creates a route that answers `GET` and `HEAD`. The listener answers any other method 405 without calling the
    /// handler.
    ///
    /// - Parameters:
    ///   - path: Visible ASCII that begins with `/`, without `?` or `#`. A duplicate path, or that of the metrics,
    ///     throws an error when the listener runs. The path `/` replaces the landing page.
    ///   - needsAuthorization: False to answer requests that the listener's authorization refuses, too.
    ///   - handler: Returns the response and must not block its thread. For `HEAD`, the listener sends the body's
    ///     length instead of the body. If the handler throws, the client gets a 500 with a fixed text and nothing of
    ///     the error. The handler's task is cancelled when the client disconnects or the request times out.
    public init(
        _ path: String,
        needsAuthorization: Bool = true,
        handler: @escaping @Sendable (ListenerRequest) async throws -> ListenerResponse
    ) {
        self.init(path, needsAuthorization ? .guarded : .open, executor: nil, handler: handler)
    }

    init(
        _ path: String,
        _ access: Access = .guarded,
        executor: (any TaskExecutor)?,
        handler: @escaping @Sendable (ListenerRequest) async throws -> ListenerResponse
    ) {
        self.path = path
        self.access = access
        self.executor = executor
        self.handler = handler
    }
}
