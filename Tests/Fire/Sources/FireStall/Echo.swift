import NIOCore
import Synchronization

/// The host's own service: echoes what it receives.
final class Echo: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.writeAndFlush(data, promise: nil)
    }
}

/// The round trips of one connection, one at a time.
final class Pings: Sendable {
    private let recorded = Mutex<[Duration]>([])

    var times: [Duration] { recorded.withLock { $0 } }

    func handler() -> any ChannelHandler & Sendable { Handler(self) }

    /// Confined to its connection's loop.
    private final class Handler: ChannelInboundHandler, @unchecked Sendable {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let pings: Pings
        private var sent = ContinuousClock.now

        init(_ pings: Pings) {
            self.pings = pings
        }

        func channelActive(context: ChannelHandlerContext) { ping(context) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let time = sent.duration(to: .now)
            pings.recorded.withLock { $0.append(time) }
            context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(1)) { self.ping(context) }
        }

        private func ping(_ context: ChannelHandlerContext) {
            guard context.channel.isActive else { return }
            sent = .now
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(integer: UInt8(0))), promise: nil)
        }
    }
}
