import NIOCore
import NIOPosix
import RelayCore
import ServiceLifecycle

/// The port for phones and binaries.
struct RelayServer: Service {
    let relay: Relay<ContinuousClock>
    let port: Int
    let helloTimeout: Duration
    let onListening: @Sendable (Int) -> Void

    func run() async throws {
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Finds connections whose other end has vanished.
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelInitializer { [relay, helloTimeout] channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(ByteToMessageHandler(EnvelopeCodec()))
                    try pipeline.addHandler(MessageToByteHandler(EnvelopeCodec()))
                    try pipeline.addHandler(ConnectionHandler(relay: relay, helloTimeout: helloTimeout))
                }
            }
            .bind(host: "127.0.0.1", port: port)
            .get()
        onListening(server.localAddress?.port ?? 0)
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await server.closeFuture.get()
        } onCancelOrGracefulShutdown: {
            server.close(promise: nil)
        }
    }
}
