#if Listener
import NIOCore
import NIOHTTP1
import NIOPosix
import Tally

/// Answers the requests of one connection. NIO's pipeline handler delivers them one at a time.
final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    /// The maximum size of a request's body. The listener discards bodies, but answers clients that send them.
    private static let maxBodyBytes = 64 * 1024

    private let environment: RequestEnvironment
    private var head: HTTPRequestHead?
    private var bodyBytes = 0
    private var writer: ResponseWriter?
    /// Cancels the response in progress.
    private var cancel: (() -> Void)?
    /// True once the last response is being written. Anything further from the client is ignored.
    private var isClosing = false
    /// True once the client has closed its sending half. It may still read.
    private var isHalfClosed = false
    /// The number of responses whose end is written but perhaps not yet taken by the system.
    private var unsent = 0

    init(_ environment: RequestEnvironment) {
        self.environment = environment
    }

    func handlerAdded(context: ChannelHandlerContext) {
        environment.deadlines.isHead = { [unowned self] in writer?.isHead ?? (head?.method == .HEAD) }
        environment.deadlines.refusal = { [unowned self] in
            guard unsent == 0 else { return nil }
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
        environment.deadlines.isHead = { false }
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

    /// Notes that the client closed its sending half after its requests. A client that has disconnected entirely is
    /// detected by the reset that answers the next write.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed {
            isHalfClosed = true
            closeIfDone(context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// Closes the connection of a client that sends no more and has received all its answers.
    ///
    /// Waits for `unsent`, because NIO's pipeline handler reports the closed half while the end of the last response is
    /// being written, and closing now would discard it.
    private func closeIfDone(_ context: ChannelHandlerContext) {
        guard isHalfClosed, head == nil, writer == nil, unsent == 0 else { return }
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A closed connection may cut off its last header, which is not a malformed request.
        guard !isClosing, context.channel.isActive else { return }
        // Bytes after a malformed request, which is reported once the requests before it are answered.
        if case .dataReceivedInErrorState = error as? ByteToMessageDecoderError { return }
        guard let error = error as? HTTPParserError else {
            context.close(promise: nil)
            return
        }
        // Without a head, the version and method are unknown.
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
        self.head = head
        bodyBytes = 0
        guard HostHeader.isValid(head), head.isFramed else {
            return reject(.plain(400, "400 Bad Request"), head, context)
        }
        // https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1: the final status may be sent at once, because no body
        // is read.
        guard head.version != .http1_0, let expectation = head.headers.first(name: "Expect") else { return }
        guard expectation.lowercased() == "100-continue" else {
            return reject(.plain(417, "417 Expectation Failed"), head, context)
        }
        respond(to: head, keepsAlive: false, context)
    }

    /// Answers a request that cannot be served and ends the connection.
    private func reject(_ response: ListenerResponse, _ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        environment.reporter.report(.requestRejected)
        makeWriter(for: head, keepsAlive: false, context).send(response)
    }

    private func respond(to head: HTTPRequestHead, keepsAlive: Bool = true, _ context: ChannelHandlerContext) {
        self.head = nil
        let keepsAlive = keepsAlive && !isHalfClosed && head.keepsConnection
        let writer = makeWriter(for: head, keepsAlive: keepsAlive, context)
        let target = RequestTarget(head.uri)
        let host = target.authority ?? head.headers.first(name: "Host") ?? ""
        // A request without a Host cannot name a foreign one.
        guard host.isEmpty || HostHeader.name(of: host).map(environment.hosts.contains) == true else {
            environment.reporter.report(.hostRejected)
            return writer.send(.plain(421, "421 Misdirected Request"))
        }
        let route = environment.routes[target.path]
        authorize(target, route, head, writer) { [self] in
            guard self.writer === writer else { return }
            answer(target, route, head, writer)
        }
    }

    /// Calls `next` unless the authorization refuses the request. It guards unknown paths, too, so that a refusal does
    /// not show which paths exist.
    private func authorize(
        _ target: RequestTarget,
        _ responder: RouteTable.Responder?,
        _ head: HTTPRequestHead,
        _ writer: ResponseWriter,
        then next: @escaping () -> Void
    ) {
        guard let rule = environment.authorization, rule.guards(responder?.access ?? .guarded) else { return next() }
        let request = head.listenerRequest(for: target, environment.clientCertificate())
        let refuse = { [self] in
            environment.metrics?.unauthorized()
            writer.send(.refusal(challenge: rule.challenge))
        }
        if case .immediate(let allows) = rule.rule { return allows(request) ? next() : refuse() }
        let decision = writer.eventLoop.makePromise(of: Bool.self)
        let task = Task(executorPreference: rule.executor) { decision.succeed(await rule.allows(request)) }
        cancel = task.cancel
        decision.futureResult.assumeIsolated().whenSuccess { [self] isAllowed in
            guard self.writer === writer else { return }
            cancel = nil
            isAllowed ? next() : refuse()
        }
    }

    private func answer(
        _ target: RequestTarget,
        _ responder: RouteTable.Responder?,
        _ head: HTTPRequestHead,
        _ writer: ResponseWriter
    ) {
        guard let responder else {
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
        let request = head.scrapeRequest(query: target.query, limit: environment.limits.requestTimeout)
        let response = ExpositionResponse(writer, for: request, threads: environment.threads, environment.metrics)
        cancel = response.cancel
        response.start(source)
    }

    /// Runs a route's handler in a separate task. It must not be a child of the run's task, because cancelling the run
    /// lets responses in flight finish.
    private func ask(
        _ route: ListenerRoute,
        _ target: RequestTarget,
        _ head: HTTPRequestHead,
        _ writer: ResponseWriter
    ) {
        let request = head.listenerRequest(for: target, environment.clientCertificate())
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
        // Not earlier, because a connection whose request is still incomplete may be evicted.
        environment.connections.isBusy(context.channel)
        let (metrics, deadlines) = (environment.metrics, environment.deadlines)
        let writer = ResponseWriter(context, for: head, keepsAlive: keepsAlive, metrics, deadlines) { [self] in
            stop()
            unsent += 1
            // The pipeline handler reports a closed half only once the pipelined requests before it are answered, so no
            // request can follow.
            isClosing = !keepsAlive || isHalfClosed
            return !isClosing
        } onSent: { [self] isKept in
            unsent -= 1
            guard isKept else { return linger(context) }
            if self.writer == nil, self.head == nil, unsent == 0 {
                environment.deadlines.requestEnded()
                environment.connections.waits(context.channel)
            }
            closeIfDone(context)
        }
        self.writer = writer
        if !keepsAlive { isClosing = true }
        return writer
    }

    /// Closes the sending half and discards incoming bytes. Closing a socket with unread bytes would reset the
    /// connection, and the client might lose a response that it has not read yet.
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
}
#endif
