import NIOCore
import RelayCore

/// The relay's handler of one connection. Expects a hello, followed by frames.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = Envelope

    private let relay: Relay<ContinuousClock>
    private let helloTimeout: Duration
    private var connection: UInt32?
    private var helloDeadline: Scheduled<Void>?

    init(relay: Relay<ContinuousClock>, helloTimeout: Duration) {
        self.relay = relay
        self.helloTimeout = helloTimeout
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let (relay, channel) = (relay, context.channel)
        helloDeadline = context.eventLoop.scheduleTask(in: TimeAmount(helloTimeout)) {
            relay.refuse(.silent, to: Peer(channel))
            channel.close(promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            let envelope = try Envelope(bytes: Array(buffer: unwrapInboundIn(data)))
            if let connection {
                relay.receive(envelope, from: connection)
            } else {
                let accepted = try relay.claim(Greeting(envelope), Peer(context.channel))
                connection = accepted
                helloDeadline?.cancel()
                context.writeAndFlush(wrapOutboundOut(Envelope(.welcome, connection: accepted)), promise: nil)
            }
        } catch {
            refuse(error, context)
            // A bad frame costs only itself. A connection without a valid hello has no purpose.
            if connection == nil { context.close(promise: nil) }
        }
    }

    /// A length beyond the limit, or a socket's error.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        refuse(error, context)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        helloDeadline?.cancel()
        if let connection { relay.release(connection) }
        context.fireChannelInactive()
    }

    private func refuse(_ error: any Error, _ context: ChannelHandlerContext) {
        guard let refusal = error as? Refusal else { return }
        relay.refuse(refusal, to: Peer(context.channel))
    }
}

extension Peer {
    fileprivate init(_ channel: any Channel) {
        self.init(
            send: { envelope, completion in
                // A socket whose peer does not read takes no more than its buffer.
                guard channel.isWritable else { return completion(false) }
                channel.writeAndFlush(envelope).whenComplete { result in
                    if case .success = result { completion(true) } else { completion(false) }
                }
            },
            close: { channel.close(promise: nil) }
        )
    }
}
