#if Listener
import NIOCore
import NIOHTTP1
import NIOPosix
import Tally

/// Answers the requests of one connection; NIO's pipeline handler hands them over one at a time.
final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    /// No route reads a body; this much is discarded so that a client that sends one still gets its answer.
    private static let maxBodyBytes = 64 * 1024

    private let routes: RouteTable
    private let threads: NIOThreadPool
    private let deadlines: ConnectionDeadlines
    private let encodings: EncodingNegotiation
    private var head: HTTPRequestHead?
    private var bodyBytes = 0
    /// Stops the response in the works.
    private var cancel: (() -> Void)?
    /// The last response is written or being written: what else the client sends is not for us.
    private var isClosing = false

    init(
        routes: RouteTable,
        threads: NIOThreadPool,
        deadlines: ConnectionDeadlines,
        encodings: EncodingNegotiation
    ) {
        self.routes = routes
        self.threads = threads
        self.deadlines = deadlines
        self.encodings = encodings
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        switch unwrapInboundIn(data) {
        case .head(var head):
            deadlines.requestBegan()
            encodings.restore(&head)
            self.head = head
            bodyBytes = 0
        case .body(let bytes):
            bodyBytes += bytes.readableBytes
            guard bodyBytes > Self.maxBodyBytes, let head else { return }
            self.head = nil
            writer(for: head, keepsAlive: false, context).send(.plain(413, "413 Content Too Large"))
        case .end:
            guard let head else { return }
            respond(to: head, context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosing = true
        stop()
        context.fireChannelInactive()
    }

    /// A malformed request was answered by NIO's error handler; anything else is the socket's end.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isClosing else { return }
        guard error is HTTPParserError else {
            context.close(promise: nil)
            return
        }
        linger(context)
    }

    private func respond(to head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let writer = writer(for: head, keepsAlive: Self.keepsAlive(head), context)
        let target = RequestTarget(head.uri)
        guard let responder = routes[target.path] else {
            return writer.send(.plain(404, "404 Not Found"))
        }
        guard head.method == .GET || head.method == .HEAD else {
            return writer.send(.plain(405, "405 Method Not Allowed", headers: [("Allow", "GET, HEAD")]))
        }
        switch responder {
        case .exposition(let source):
            let accept = head.headers["Accept"]
            let request = ScrapeRequest(
                accept: accept.isEmpty ? nil : accept.joined(separator: ", "),
                query: target.query,
                timeout: head.headers.first(name: "X-Prometheus-Scrape-Timeout-Seconds")
            )
            let response = ExpositionResponse(writer, for: request, threads: threads)
            cancel = response.cancel
            response.start(source)
        case .host(let route):
            ask(route, target, head, writer)
        }
    }

    /// Runs the host's handler in a task of its own: not a child of the run's, whose cancellation must let responses
    /// in flight finish.
    private func ask(
        _ route: ListenerRoute,
        _ target: RequestTarget,
        _ head: HTTPRequestHead,
        _ writer: ResponseWriter
    ) {
        let request = ListenerRequest(
            path: target.path,
            query: target.query,
            headers: head.headers.map { (name: $0.name, value: $0.value) }
        )
        let answer = writer.eventLoop.makePromise(of: ListenerResponse.self)
        let task = Task(executorPreference: route.executor) {
            do {
                answer.succeed(try await route.handler(request))
            } catch {
                answer.succeed(.internalServerError)
            }
        }
        cancel = task.cancel
        answer.futureResult.assumeIsolated().whenSuccess { [self] response in
            guard !isClosing else { return }
            writer.send(response)
        }
    }

    private func writer(
        for head: HTTPRequestHead,
        keepsAlive: Bool,
        _ context: ChannelHandlerContext
    ) -> ResponseWriter {
        ResponseWriter(context, for: head, keepsAlive: keepsAlive) { [self] keepsAlive in
            stop()
            isClosing = !keepsAlive
            deadlines.requestEnded()
        } onLast: { [self] in
            linger(context)
        }
    }

    /// Closes our half and reads the rest away: a socket that is closed with bytes unread resets the connection, and
    /// the client may lose the answer it has not read yet.
    private func linger(_ context: ChannelHandlerContext) {
        isClosing = true
        stop()
        deadlines.linger()
        context.close(mode: .output, promise: nil)
    }

    private func stop() {
        head = nil
        cancel?()
        cancel = nil
    }

    /// HTTP/1.0 clients get one response a connection. After an upgrade that is not answered NIO's decoder reads no
    /// further, so neither can those clients be kept.
    private static func keepsAlive(_ head: HTTPRequestHead) -> Bool {
        head.isKeepAlive && head.version != .http1_0 && head.method != .CONNECT
            && !head.headers.contains(name: "Upgrade")
    }
}
#endif
