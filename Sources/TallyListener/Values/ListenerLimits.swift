/// Limits on the resources that clients can take from a listener. The defaults suit scrapes and probes.
///
/// The listener checks the values when it runs. A value out of range throws a ``ListenerError`` with the code
/// ``ListenerError/Code/invalidConfiguration``.
public struct ListenerLimits: Sendable, Hashable {
    package var maxHeaderBytes: Int
    package var maxHeaderFields: Int
    package var idleTimeout: Duration
    package var headerTimeout: Duration
    package var requestTimeout: Duration
    package var maxConnections: Int
    package var shutdownGrace: Duration

    /// Creates limits. Durations must be more than zero and at most one day.
    ///
    /// - Parameters:
    ///   - maxHeaderBytes: The maximum size of a request's target, header names and header values together, in bytes;
    ///     256 to 1,048,576. Beyond it, the listener answers 431 and closes the connection.
    ///   - maxHeaderFields: The maximum number of header fields in a request, 1 to 10,000. Beyond it, the listener
    ///     answers 431 and closes the connection.
    ///   - idleTimeout: The longest a connection may stay open without a request. The listener then closes the
    ///     connection.
    ///   - headerTimeout: The longest a request's header may take from its first byte. The listener then answers 408
    ///     and closes the connection.
    ///   - requestTimeout: The longest a request may take from the end of its header until its response is written. The
    ///     listener then answers 408 if the body has not arrived, and 503 if the response has not begun. If the client
    ///     has not read its response, the listener resets the connection. A scrape uses at most nine tenths of this
    ///     time and exposes the families collected by then.
    ///   - maxConnections: The maximum number of open connections, 1 to 65,536. A further connection evicts the one
    ///     that has waited longest for a request. If all have requests to answer, the new one gets 503 and is closed.
    ///   - shutdownGrace: The longest that responses in flight may take after the task is cancelled. The listener then
    ///     resets their connections.
    public init(
        maxHeaderBytes: Int = 16 * 1024,
        maxHeaderFields: Int = 100,
        idleTimeout: Duration = .seconds(60),
        headerTimeout: Duration = .seconds(10),
        requestTimeout: Duration = .seconds(30),
        maxConnections: Int = 64,
        shutdownGrace: Duration = .seconds(10)
    ) {
        self.maxHeaderBytes = maxHeaderBytes
        self.maxHeaderFields = maxHeaderFields
        self.idleTimeout = idleTimeout
        self.headerTimeout = headerTimeout
        self.requestTimeout = requestTimeout
        self.maxConnections = maxConnections
        self.shutdownGrace = shutdownGrace
    }

    func validate() throws(ListenerError) {
        try Self.check("maxHeaderBytes", maxHeaderBytes, in: 256...1_048_576)
        try Self.check("maxHeaderFields", maxHeaderFields, in: 1...10_000)
        try Self.check("maxConnections", maxConnections, in: 1...65_536)
        try Self.check("idleTimeout", idleTimeout)
        try Self.check("headerTimeout", headerTimeout)
        try Self.check("requestTimeout", requestTimeout)
        try Self.check("shutdownGrace", shutdownGrace)
    }

    private static func check(_ name: String, _ value: Int, in range: ClosedRange<Int>) throws(ListenerError) {
        guard range.contains(value) else {
            throw ListenerError(
                .invalidConfiguration,
                "limits.\(name) is \(value), but must be \(range.lowerBound) to \(range.upperBound)"
            )
        }
    }

    private static func check(_ name: String, _ value: Duration) throws(ListenerError) {
        guard value > .zero, value <= .seconds(86_400) else {
            throw ListenerError(
                .invalidConfiguration,
                "limits.\(name) is \(value), but must be more than zero and at most one day"
            )
        }
    }
}
