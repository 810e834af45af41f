#if Listener
import NIOCore
import NIOHTTP1

/// Writes one response: framing, `HEAD` and keep-alive in one place. Confined to its connection's loop.
final class ResponseWriter {
    typealias Part = HTTPServerResponsePart

    let isHead: Bool
    let eventLoop: any EventLoop
    private let context: ChannelHandlerContext
    private let version: HTTPVersion
    private let keepsAlive: Bool
    private let onEnd: (_ keepsAlive: Bool) -> Void
    private let onLast: () -> Void

    /// - Parameters:
    ///   - onEnd: called when all but the end of the response is written. Writing the end may hand the next pipelined
    ///     request to the handler before it returns, so by then this one must be forgotten.
    ///   - onLast: called when the response is written and its connection cannot be kept.
    init(
        _ context: ChannelHandlerContext,
        for request: HTTPRequestHead,
        keepsAlive: Bool,
        onEnd: @escaping (_ keepsAlive: Bool) -> Void,
        onLast: @escaping () -> Void
    ) {
        self.context = context
        self.eventLoop = context.eventLoop
        self.isHead = request.method == .HEAD
        self.version = request.version
        self.keepsAlive = keepsAlive
        self.onEnd = onEnd
        self.onLast = onLast
    }

    /// Writes a response that is all there.
    func send(_ response: ListenerResponse) {
        let response = response.sendable
        begin(status: response.status, headers: response.headers, length: response.body.count)
        let hasBody = HTTPResponseStatus(statusCode: response.status).mayHaveResponseBody
        write(hasBody ? response.body : []).whenComplete { [self] in end(after: $0) }
    }

    /// Writes the head.
    ///
    /// - Parameter length: of the body; `nil` has NIO's encoder send it in chunks, or bare to an HTTP/1.0 client, whose
    ///   connection is never kept.
    func begin(status: Int, headers: [(name: String, value: String)], length: Int?) {
        var fields = HTTPHeaders(headers.map { ($0.name, $0.value) })
        if let length {
            fields.add(name: "Content-Length", value: String(length))
        }
        if !keepsAlive {
            fields.add(name: "Connection", value: "close")
        }
        let head = HTTPResponseHead(version: version, status: .init(statusCode: status), headers: fields)
        context.write(NIOAny(Part.head(head)), promise: nil)
    }

    /// Writes a part of the body, and says when the system has taken all of it.
    func write(_ bytes: [UInt8]) -> EventLoopFuture<Void>.Isolated {
        let body = isHead ? ByteBuffer() : ByteBuffer(bytes: bytes)
        return context.writeAndFlush(NIOAny(Part.body(.byteBuffer(body)))).assumeIsolated()
    }

    /// Ends the response once its last part was taken; one that failed ends the connection.
    func end(after result: Result<Void, any Error>) {
        guard case .success = result else {
            abort()
            return
        }
        onEnd(keepsAlive)
        let ended = context.writeAndFlush(NIOAny(Part.end(nil))).assumeIsolated()
        if !keepsAlive {
            ended.whenComplete { [self] _ in onLast() }
        }
    }

    /// Closes the connection: the only way to tell a client that a body it already reads will not be whole.
    func abort() {
        context.close(promise: nil)
    }
}
#endif
