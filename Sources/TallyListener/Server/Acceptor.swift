#if Listener
import NIOCore

/// Adds the connections of one listening socket to the connections of the run.
final class Acceptor: ChannelInboundHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel

    private let connections: Connections
    private let reporter: Reporter

    init(_ connections: Connections, _ reporter: Reporter) {
        self.connections = connections
        self.reporter = reporter
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connections.admit(unwrapInboundIn(data))
        context.fireChannelRead(data)
    }

    /// Pauses accepting for a second when the system has no descriptors left.
    ///
    /// NIO's `AcceptBackoffHandler` delays only the next read. The failed one stays pending on the readable socket, so
    /// the loop would retry it endlessly.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        reporter.report(.acceptFailed, error)
        let channel = context.channel
        try? channel.syncOptions?.setOption(.autoRead, value: false)
        context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) {
            try? channel.syncOptions?.setOption(.autoRead, value: true)
        }
    }
}
#endif
