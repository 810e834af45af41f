#if Listener
import NIOCore

/// The end of a pipeline at the socket. Closes the socket at once, below TLS, whose orderly close waits for the client.
final class SocketHandle: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    /// Closes the socket of a connection, whose pipeline may be incomplete.
    static func close(_ channel: any Channel) {
        let handle = try? channel.pipeline.syncOperations.handler(type: SocketHandle.self)
        guard let context = handle?.context else {
            channel.close(promise: nil)
            return
        }
        context.close(promise: nil)
    }
}
#endif
