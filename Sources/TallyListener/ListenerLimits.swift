/// What one client may take of a listener; each limit has a default that suits a scraped server.
///
/// The values are checked when the listener runs: one that is out of its range is a ``ListenerError`` with the code
/// ``ListenerError/Code/invalidConfiguration``.
public struct ListenerLimits: Sendable, Hashable {
    /// The bytes of a request's target, header names and header values together; 256 to 1,048,576. A request with more is
    /// answered 431 and its connection closed.
    public var maxHeaderBytes: Int

    /// The header fields of one request, 1 to 10,000. A request with more is answered 431 and its connection closed.
    public var maxHeaderFields: Int

    /// How long a connection may stay open without a request, more than zero, a day at most. Past it the connection is
    /// closed.
    public var idleTimeout: Duration

    /// How long a request's header may take from its first byte, more than zero, a day at most. A slower client is answered
    /// 408 and its connection closed.
    public var headerTimeout: Duration

    /// How long a request may take from the end of its header until its response is written, more than zero, a day at
    /// most. A request whose body does not arrive in time is answered 408, one whose response has not begun 503. The
    /// connection of a client that has not read its response by then is reset. Scrapes use at most nine tenths of it, and
    /// show what is known by then.
    public var requestTimeout: Duration

    /// Connections open at the same time, 1 to 65,536. A surplus connection takes the place of the one that has waited
    /// longest for a request. If all have requests to answer, the new one is answered 503 and closed.
    public var maxConnections: Int

    /// How long responses in flight may take after the run was cancelled, more than zero, a day at most. Past it their
    /// connections are reset.
    public var shutdownGrace: Duration

    /// Limits, by default 16 KiB and 100 fields of header, 60 s idle, 10 s for a header, 30 s for a request, 64
    /// connections, and 10 s to finish.
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
                "limits.\(name) is \(value), but must be more than zero and a day at most"
            )
        }
    }
}
