/// What one client may take of a listener; each limit has a default that suits a scraped server.
///
/// The values are checked when the listener runs: one that is out of its range is a ``ListenerError`` with the code
/// ``ListenerError/Code/invalidConfiguration``.
public struct ListenerLimits: Sendable, Hashable {
    /// The bytes of a request's target, header names and header values together; 256 to 1,048,576. A request with more is
    /// answered 400 and its connection closed.
    public var maxHeaderBytes: Int

    /// The header fields of one request, 1 to 10,000. A request with more is answered 400 and its connection closed.
    public var maxHeaderFields: Int

    /// How long a connection may stay open between requests, more than zero, a day at most.
    public var idleTimeout: Duration

    /// How long a request may take from its first byte until its response is written, more than zero, a day at most.
    /// Past it the connection is closed, wherever the request is: a client that dribbles its header, a handler that hangs
    /// and a client that does not read are all cut off by it.
    public var requestTimeout: Duration

    /// Connections open at the same time, 1 to 65,536. Surplus ones are closed at once, unanswered.
    public var maxConnections: Int

    /// How long responses in flight may go on after the run was cancelled, more than zero, a day at most. Past it their
    /// connections are closed.
    public var shutdownGrace: Duration

    /// Limits, all of them by default: 16 KiB and 100 fields of header, 60 s idle, 30 s a request, 64 connections, 10 s
    /// to finish.
    public init(
        maxHeaderBytes: Int = 16 * 1024,
        maxHeaderFields: Int = 100,
        idleTimeout: Duration = .seconds(60),
        requestTimeout: Duration = .seconds(30),
        maxConnections: Int = 64,
        shutdownGrace: Duration = .seconds(10)
    ) {
        self.maxHeaderBytes = maxHeaderBytes
        self.maxHeaderFields = maxHeaderFields
        self.idleTimeout = idleTimeout
        self.requestTimeout = requestTimeout
        self.maxConnections = maxConnections
        self.shutdownGrace = shutdownGrace
    }

    func validate() throws(ListenerError) {
        try Self.check("maxHeaderBytes", maxHeaderBytes, in: 256...1_048_576)
        try Self.check("maxHeaderFields", maxHeaderFields, in: 1...10_000)
        try Self.check("maxConnections", maxConnections, in: 1...65_536)
        try Self.check("idleTimeout", idleTimeout)
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
