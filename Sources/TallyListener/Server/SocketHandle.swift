#if Listener
import NIOCore

/// The socket's end of a pipeline. Closes the socket at once, below TLS, because TLS waits for the client's close.
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
