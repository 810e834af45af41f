#if Listener
import NIOCore
import NIOHTTP1

/// Writes one response, including framing, `HEAD` and keep-alive. Confined to its connection's loop.
final class ResponseWriter {
    typealias Part = HTTPServerResponsePart

    let isHead: Bool
    let eventLoop: any EventLoop
    /// True once part of the response has been written.
    private(set) var hasBegun = false
    private let context: ChannelHandlerContext
    private let version: HTTPVersion
    private let keepsAlive: Bool
    private let metrics: ListenerMetrics?
    private let deadlines: ConnectionDeadlines
    private let onEnd: () -> Bool
    private let onSent: (_ isKept: Bool) -> Void

    /// - Parameters:
    ///   - onEnd: Called after all but the end of the response is written. Returns true if the connection is kept.
    ///     Writing the end may synchronously deliver the next pipelined request to the handler, so the handler must
    ///     drop its state for this request here.
    ///   - onSent: Called with the result of `onEnd` when the system has taken the response.
    init(
        _ context: ChannelHandlerContext,
        for request: HTTPRequestHead,
        keepsAlive: Bool,
        _ metrics: ListenerMetrics?,
        _ deadlines: ConnectionDeadlines,
        onEnd: @escaping () -> Bool,
        onSent: @escaping (_ isKept: Bool) -> Void
    ) {
        self.context = context
        eventLoop = context.eventLoop
        isHead = request.method == .HEAD
        version = request.version
        self.keepsAlive = keepsAlive
        self.metrics = metrics
        self.deadlines = deadlines
        self.onEnd = onEnd
        self.onSent = onSent
    }

    /// Writes a complete response.
    func send(_ response: ListenerResponse) {
        let response = response.sendable
        begin(status: response.status, headers: response.headers, length: response.body.count)
        let hasBody = HTTPResponseStatus(statusCode: response.status).mayHaveResponseBody
        write(hasBody ? response.body : []).whenComplete { [self] in end(after: $0) }
    }

    /// Writes the head.
    ///
    /// - Parameter length: The length of the body. With `nil`, the body is sent in chunks, or without framing to an
    ///   HTTP/1.0 client, whose connection is never kept. The answer to `HEAD` then states no length.
    ///
    /// https://www.rfc-editor.org/rfc/rfc9110#section-8.6
    func begin(status: Int, headers: [(name: String, value: String)], length: Int?) {
        hasBegun = true
        metrics?.responded(status)
        var fields = HTTPHeaders(headers.map { ($0.name, $0.value) })
        if !fields.contains(name: "Date") { fields.add(name: "Date", value: HTTPDate.now) }
        if !fields.contains(name: "X-Content-Type-Options") {
            fields.add(name: "X-Content-Type-Options", value: "nosniff")
        }
        let status = HTTPResponseStatus(statusCode: status)
        if !status.mayHaveResponseBody {
            // A status without a body has no framing fields.
        } else if let length {
            fields.add(name: "Content-Length", value: String(length))
        } else if !isHead, version != .http1_0 {
            fields.add(name: "Transfer-Encoding", value: "chunked")
        }
        if !keepsAlive {
            fields.add(name: "Connection", value: "close")
        }
        context.write(
            NIOAny(Part.head(HTTPResponseHead(version: version, status: status, headers: fields))),
            promise: nil
        )
    }

    /// Writes a part of the body. The future succeeds when the system has taken all of it.
    func write(_ bytes: [UInt8]) -> EventLoopFuture<Void>.Isolated {
        let body = isHead ? ByteBuffer() : ByteBuffer(bytes: bytes)
        metrics?.sent(body.readableBytes)
        return context.writeAndFlush(NIOAny(Part.body(.byteBuffer(body)))).assumeIsolated()
    }

    /// Ends the response once its last part was taken. A failed write ends the connection.
    func end(after result: Result<Void, any Error>) {
        guard case .success = result else {
            abort()
            return
        }
        // Deferred to the loop's next turn. Writing the end delivers the next pipelined request, whose response would
        // otherwise nest in this call, and enough pipelined requests would exhaust the thread's stack.
        eventLoop.assumeIsolated().execute { [self] in
            let isKept = onEnd()
            context.writeAndFlush(NIOAny(Part.end(nil))).assumeIsolated().whenComplete { [self] _ in onSent(isKept) }
        }
    }

    /// Resets the connection, the only way to signal that a body already being read is incomplete.
    func abort() {
        deadlines.reset()
    }
}
#endif
