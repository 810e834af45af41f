#if Docker
import NIOCore
import NIOPosix

/// An engine that may close a connection in the middle of an answer.
final class HalfEngine: Sendable {
    private let channel: any Channel

    /// - Parameter isHalf: Returns true for an answer that ends early.
    init(_ socket: String, isHalf: @escaping @Sendable () -> Bool) async throws {
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(isHalf: isHalf))
                }
            }
            .bind(unixDomainSocketPath: socket).get()
    }

    func stop() async throws { try await channel.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let isHalf: @Sendable () -> Bool

        init(isHalf: @escaping @Sendable () -> Bool) {
            self.isHalf = isHalf
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let isHalf = isHalf()
            let text = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + (isHalf ? "O" : "OK")
            let loopBound = NIOLoopBound(context, eventLoop: context.eventLoop)
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text))).whenComplete { _ in
                if isHalf { loopBound.value.close(promise: nil) }
            }
        }
    }
}
#endif
