#if Listener
import NIOCore
import NIOTLS

/// Ends a connection that exceeds a timeout: during a TLS handshake, while idle, during a header, during a request, or
/// after the run is stopped.
///
/// The handler follows TLS and precedes the decoder, because a header's time begins with its first byte and further
/// bytes must not extend it. NIO's `IdleStateHandler` restarts its timer at each byte, and cannot distinguish an idle
/// client from a slow handler.
final class ConnectionDeadlines: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        case handshake
        case idle
        case header
        case request
        case lingering
    }

    private let limits: ListenerLimits
    private let metrics: ListenerMetrics?
    private let reporter: Reporter
    /// Returns the answer to a request that times out, or nil if a response has begun.
    var refusal: () -> Refusal? = { nil }
    /// True if the request is `HEAD`, whose answer has no body.
    var isHead: () -> Bool = { false }
    /// Stops the work in progress for the connection.
    var onTimeout: () -> Void = {}
    private var phase = Phase.idle
    private var context: ChannelHandlerContext?
    private var timer: Scheduled<Void>?
    private var shutdown: Scheduled<Void>?

    /// - Parameter hasHandshake: True for a connection that begins with a TLS handshake.
    init(_ limits: ListenerLimits, hasHandshake: Bool, _ metrics: ListenerMetrics?, _ reporter: Reporter) {
        self.limits = limits
        self.metrics = metrics
        self.reporter = reporter
        phase = hasHandshake ? .handshake : .idle
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        enter(phase, for: phase == .handshake ? limits.headerTimeout : limits.idleTimeout)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        shutdown?.cancel()
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if phase == .idle { enter(.header, for: limits.headerTimeout) }
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            // The listener ends the handshake, so it has not failed.
            if phase == .handshake { phase = .lingering }
            shutdown = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(limits.shutdownGrace)) { [self] in
                onTimeout()
                reset()
            }
        }
        if phase == .handshake, Self.endsHandshake(event) { enter(.idle, for: limits.idleTimeout) }
        context.fireUserInboundEventTriggered(event)
    }

    /// Closes a connection whose handshake failed. No part of the error is logged, because a client chooses it.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard phase == .handshake else { return context.fireErrorCaught(error) }
        failHandshake(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if phase == .handshake { failHandshake(context) }
        context.fireChannelInactive()
    }

    private func failHandshake(_ context: ChannelHandlerContext) {
        metrics?.handshakeFailed()
        phase = .lingering
        SocketHandle.close(context.channel)
    }

    private static func endsHandshake(_ event: Any) -> Bool {
        guard case .handshakeCompleted = event as? TLSUserEvent else { return false }
        return true
    }

    /// Starts the request timeout when a header is complete. A pipelined request's header may have arrived with the
    /// request before it.
    func requestBegan() {
        guard phase != .lingering else { return }
        enter(.request, for: limits.requestTimeout)
    }

    func requestEnded() {
        guard phase == .request else { return }
        enter(.idle, for: limits.idleTimeout)
    }

    /// Gives the client at most a second to read the last response.
    func linger() {
        enter(.lingering, for: min(.seconds(1), limits.requestTimeout))
    }

    /// Ends the connection with a reset. An orderly close marks the end of a body without a length, so the client would
    /// take a truncated body for a complete one.
    ///
    /// https://www.rfc-editor.org/rfc/rfc9112#section-9.6
    func reset() {
        guard let context else { return }
        Platform.resetOnClose(context.channel)
        SocketHandle.close(context.channel)
    }

    private func enter(_ phase: Phase, for time: Duration) {
        self.phase = phase
        timer?.cancel()
        timer = context.map { context in
            context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(time)) { [self] in expire() }
        }
    }

    private func expire() {
        guard let context else { return }
        switch phase {
        case .handshake:
            metrics?.timedOut(.handshake)
            phase = .lingering
            SocketHandle.close(context.channel)
        case .idle:
            metrics?.timedOut(.idle)
            context.close(promise: nil)
        case .header:
            metrics?.timedOut(.header)
            reporter.report(.headerTimedOut)
            refuse(.requestTimeout, context)
        case .request:
            metrics?.timedOut(.request)
            reporter.report(.requestTimedOut)
            guard let refusal = refusal() else {
                onTimeout()
                return reset()
            }
            refuse(refusal, isHead: isHead(), context)
        case .lingering: SocketHandle.close(context.channel)
        }
    }

    /// Writes a response without the encoder, which has no request to answer, or an abandoned response to finish.
    private func refuse(_ refusal: Refusal, isHead: Bool = false, _ context: ChannelHandlerContext) {
        onTimeout()
        linger()
        metrics?.responded(refusal.status)
        context.writeAndFlush(wrapOutboundOut(refusal.bytes(withBody: !isHead)), promise: nil)
        context.close(mode: .output, promise: nil)
    }
}

/// A response with fixed text that ends its connection.
enum Refusal {
    case requestTimeout
    case serviceUnavailable

    var status: Int { self == .requestTimeout ? 408 : 503 }

    func bytes(withBody hasBody: Bool = true) -> ByteBuffer {
        let line = self == .requestTimeout ? "408 Request Timeout" : "503 Service Unavailable"
        let retry = self == .requestTimeout ? "" : "Retry-After: 1\r\n"
        return ByteBuffer(
            string: """
                HTTP/1.1 \(line)\r\nDate: \(HTTPDate.now)\r\nConnection: close\r\n\(retry)\
                X-Content-Type-Options: nosniff\r\nContent-Type: text/plain; charset=utf-8\r\n\
                Content-Length: \(line.utf8.count + 1)\r\n\r\n\(hasBody ? line + "\n" : "")
                """
        )
    }
}

/// Answers 503 on a connection beyond the limit, and closes it.
final class RefusedConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(Refusal.serviceUnavailable.bytes())).assumeIsolated().whenComplete { _ in
            context.close(promise: nil)
        }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
#endif
