import NIOCore
import NIOHTTP1
import TallyHealthcheck

/// The routes of the server: each answers one request at a time, in a task of its own.
final class RouteHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let host: NIOHost
    private var head: HTTPRequestHead?
    private var received = 0

    init(_ host: NIOHost) {
        self.host = host
    }

    /// The template of the route that a request matches; empty for none.
    static func route(_ head: HTTPRequestHead) -> String {
        // By bytes: a mark would join the separator before it into one character.
        let path = Substring(head.uri.utf8.prefix { $0 != UInt8(ascii: "?") })
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst()
            .map { Substring($0) }
        switch (head.method, parts.first, parts.count) {
        case (.GET, "users", 2): return "/users/{id}"
        case (.GET, "stream", 2): return "/stream/{pieces}"
        case (.POST, "upload", 1): return "/upload"
        case (.GET, "metrics", 1): return "/metrics"
        case (.GET, _, _): return HealthRoute.allCases.contains { $0.path == path } ? String(path) : ""
        default: return ""
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            received = 0
            guard head.headers[canonicalForm: "Expect"].contains("100-continue") else { return }
            context.writeAndFlush(wrapOutboundOut(.head(.init(version: .http1_1, status: .continue))), promise: nil)
        case .body(let bytes):
            received += bytes.readableBytes
        case .end:
            guard let head else { return }
            let answer = Answer(host: host, channel: context.channel, head: head, received: received)
            Task { await answer.send() }
        }
    }
}
