#if Listener
import NIOCore

/// Closes what is accepted past the limit. Lives in the listening socket's pipeline, on the loop all connections of
/// the run share.
final class ConnectionLimit: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let limit: Int
    private var open = 0

    init(_ limit: Int) {
        self.limit = limit
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let connection = unwrapInboundIn(data)
        guard open < limit else {
            connection.close(promise: nil)
            return
        }
        open += 1
        connection.closeFuture.assumeIsolated().whenComplete { _ in self.open -= 1 }
        context.fireChannelRead(data)
    }
}
#endif
