#if Listener
import NIOCore
import NIOHTTP1
import NIOPosix
import Tally

/// Answers the requests of one connection; NIO's pipeline handler hands them over one at a time.
final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    /// What the handlers of one run share, and what belongs to this connection.
    struct Environment {
        let routes: RouteTable
        let hosts: AllowedHosts
        let limits: ListenerLimits
        let threads: NIOThreadPool
        let connections: Connections
        let deadlines: ConnectionDeadlines
        let metrics: ListenerMetrics?
        let reporter: Reporter
    }

    /// No route reads a body; this much is discarded so that a client that sends one still gets its answer.
    private static let maxBodyBytes = 64 * 1024

    private let environment: Environment
    private var head: HTTPRequestHead?
    private var bodyBytes = 0
    /// The response in the works.
    private var writer: ResponseWriter?
    /// Stops it.
    private var cancel: (() -> Void)?
    /// The last response is written or being written: what else the client sends is not answered.
    private var isClosing = false
    /// The client sends no more, and may still read.
    private var isHalfClosed = false
    /// The responses whose end is written, and maybe not yet taken by the system.
    private var unsent = 0

    init(_ environment: Environment) {
        self.environment = environment
    }

    func handlerAdded(context: ChannelHandlerContext) {
        environment.deadlines.refusal = { [unowned self] in
            guard let writer else { return .requestTimeout }
            return writer.hasBegun ? nil : .serviceUnavailable
        }
        environment.deadlines.onTimeout = { [unowned self] in
            isClosing = true
            stop()
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        environment.deadlines.refusal = { nil }
        environment.deadlines.onTimeout = {}
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body(let bytes):
            bodyBytes += bytes.readableBytes
            guard bodyBytes > Self.maxBodyBytes, let head else { return }
            reject(.plain(413, "413 Content Too Large"), head, context)
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

    /// A client may end its half when it has sent its requests. One that has gone altogether is known by the reset that
    /// answers what is written to it.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed {
            isHalfClosed = true
            closeIfDone(context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// Closes the connection of a client that sends no more and has been sent all its answers.
    ///
    /// NIO's pipeline handler tells of the client's end while the end of the last response is being written, which a close
    /// would discard.
    private func closeIfDone(_ context: ChannelHandlerContext) {
        guard isHalfClosed, head == nil, writer == nil, unsent == 0 else { return }
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isClosing else { return }
        // Bytes behind a malformed request. Its own error waits until the requests before it have been answered.
        if case .dataReceivedInErrorState = error as? ByteToMessageDecoderError { return }
        guard let error = error as? HTTPParserError else {
            context.close(promise: nil)
            return
        }
        // Before the head there is nothing that says how to answer.
        let head = head ?? HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")
        if case .headerOverflow = error {
            reject(.plain(431, "431 Request Header Fields Too Large"), head, context)
        } else {
            reject(.plain(400, "400 Bad Request"), head, context)
        }
    }

    // MARK: Requests

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let head = head.trimmed
        environment.deadlines.requestBegan()
        environment.connections.isBusy(context.channel)
        self.head = head
        bodyBytes = 0
        guard HostHeader.isValid(head), head.isFramed else {
            return reject(.plain(400, "400 Bad Request"), head, context)
        }
        // https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1: the final status may come at once, for no body is read.
        guard head.version != .http1_0, let expectation = head.headers.first(name: "Expect") else { return }
        guard expectation.lowercased() == "100-continue" else {
            return reject(.plain(417, "417 Expectation Failed"), head, context)
        }
        respond(to: head, keepsAlive: false, context)
    }

    /// Answers a request that cannot be served, and ends the connection.
    private func reject(_ response: ListenerResponse, _ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        environment.reporter.report(.requestRejected)
        makeWriter(for: head, keepsAlive: false, context).send(response)
    }

    private func respond(to head: HTTPRequestHead, keepsAlive: Bool = true, _ context: ChannelHandlerContext) {
        self.head = nil
        let keepsAlive = keepsAlive && !isHalfClosed && Self.keepsAlive(head)
        let writer = makeWriter(for: head, keepsAlive: keepsAlive, context)
        let target = RequestTarget(head.uri)
        let host = target.authority ?? head.headers.first(name: "Host") ?? ""
        // Without a host nothing points at another one.
        guard host.isEmpty || environment.hosts.contains(HostHeader.name(of: host) ?? "") else {
            environment.reporter.report(.hostRejected)
            return writer.send(.plain(421, "421 Misdirected Request"))
        }
        guard let responder = environment.routes[target.path] else {
            return writer.send(.plain(404, "404 Not Found"))
        }
        guard head.method == .GET || head.method == .HEAD else {
            return writer.send(.plain(405, "405 Method Not Allowed", headers: [("Allow", "GET, HEAD")]))
        }
        switch responder {
        case .exposition(let source): scrape(source, target, head, writer)
        case .host(let route): ask(route, target, head, writer)
        }
    }

    private func scrape(
        _ source: ExpositionSource,
        _ target: RequestTarget,
        _ head: HTTPRequestHead,
        _ writer: ResponseWriter
    ) {
        func field(_ name: String) -> String? {
            let values = head.headers[name]
            return values.isEmpty ? nil : values.joined(separator: ", ")
        }
        var request = ScrapeRequest(
            accept: field("Accept"),
            acceptEncoding: field("Accept-Encoding"),
            query: target.query,
            timeout: head.headers.first(name: "X-Prometheus-Scrape-Timeout-Seconds")
        )
        // A tenth is left for writing the answer.
        let limit = environment.limits.requestTimeout * 0.9
        request.timeout = min(request.timeout ?? limit, limit)
        let response = ExpositionResponse(writer, for: request, threads: environment.threads, environment.metrics)
        cancel = response.cancel
        response.start(source)
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
                answer.fail(error)
            }
        }
        cancel = task.cancel
        answer.futureResult.assumeIsolated().whenComplete { [self] result in
            guard self.writer === writer else { return }
            switch result {
            case .success(let response): writer.send(response)
            case .failure(let error):
                environment.reporter.report(.handlerFailed, error)
                writer.send(.internalServerError)
            }
        }
    }

    // MARK: Responses

    private func makeWriter(
        for head: HTTPRequestHead,
        keepsAlive: Bool,
        _ context: ChannelHandlerContext
    ) -> ResponseWriter {
        self.head = nil
        let writer = ResponseWriter(context, for: head, keepsAlive: keepsAlive, environment) { [self] in
            stop()
            unsent += 1
            // A half that was closed behind further requests is only told when they have been answered.
            isClosing = !keepsAlive || isHalfClosed
            guard !isClosing else { return false }
            environment.deadlines.requestEnded()
            environment.connections.waits(context.channel)
            return true
        } onSent: { [self] isKept in
            unsent -= 1
            if isKept {
                closeIfDone(context)
            } else {
                linger(context)
            }
        }
        self.writer = writer
        // What follows on the connection is not for us.
        if !keepsAlive { isClosing = true }
        return writer
    }

    /// Closes our half and reads the rest away: a socket that is closed with bytes unread resets the connection, and
    /// the client may lose the answer it has not read yet.
    private func linger(_ context: ChannelHandlerContext) {
        isClosing = true
        stop()
        guard !isHalfClosed else {
            context.close(promise: nil)
            return
        }
        environment.deadlines.linger()
        context.close(mode: .output, promise: nil)
    }

    private func stop() {
        head = nil
        writer = nil
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
