#if Listener
import NIOCore

/// Closes a connection that takes too long: idle between requests, busy with one, or going on after the run ended.
///
/// It stands before the decoder, because the time of a request begins with its first byte and not with its decoded
/// head, and further bytes must not win more time. NIO's `IdleStateHandler` does neither: it starts anew at each byte,
/// and cannot tell an idle client from a slow handler.
final class ConnectionDeadlines: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private enum Phase {
        case idle
        case busy
        case lingering
    }

    private let idle: TimeAmount
    private let request: TimeAmount
    private let grace: TimeAmount
    private var phase = Phase.idle
    private var context: ChannelHandlerContext?
    private var timer: Scheduled<Void>?
    private var shutdown: Scheduled<Void>?

    init(_ limits: ListenerLimits) {
        idle = TimeAmount(limits.idleTimeout)
        request = TimeAmount(limits.requestTimeout)
        grace = TimeAmount(limits.shutdownGrace)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        enter(.idle, for: idle)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        shutdown?.cancel()
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        requestBegan()
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            shutdown = close(in: grace)
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// Called at each byte, and at each head: that of a pipelined request may have come with the one before it.
    func requestBegan() {
        guard phase == .idle else { return }
        enter(.busy, for: request)
    }

    func requestEnded() {
        guard phase == .busy else { return }
        enter(.idle, for: idle)
    }

    /// The last response was sent and the client shall have a moment to read it.
    func linger() {
        enter(.lingering, for: min(.seconds(1), request))
    }

    private func enter(_ phase: Phase, for time: TimeAmount) {
        self.phase = phase
        timer?.cancel()
        timer = close(in: time)
    }

    private func close(in time: TimeAmount) -> Scheduled<Void>? {
        context.map { context in
            context.eventLoop.assumeIsolated().scheduleTask(in: time) { context.close(promise: nil) }
        }
    }
}
#endif
