#if Listener
import NIOCore
import NIOExtras
import NIOHTTP1
import NIOHTTPCompression
import NIOPosix

/// One run of a listener, from the bind to the last connection's end.
struct ListenerRun {
    let listener: MetricsListener
    let routes: RouteTable

    /// The run lives on one loop of NIO's shared group. A group of its own would have to be shut down at the end, and
    /// what comes late (a gauge that hung, a handler that ignored its cancellation) would find no loop to end on. One
    /// loop keeps all of the run's state on one thread; the work on it is small, for text is made elsewhere.
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    /// Callback gauges of the host may block, and must not block its event loops, its tasks or the thread pool its
    /// files are read with. Two threads: one scrape that hangs leaves one for the others.
    private let threads = NIOThreadPool(numberOfThreads: 2)

    init(listener: MetricsListener, routes: RouteTable) {
        self.listener = listener
        self.routes = routes
    }

    func run(onListening: (ListenerAddress) -> Void) async throws {
        threads.start()
        // Not awaited: a thread that hangs in a gauge would hold the host's shutdown, and no thread can be ended.
        defer { threads.shutdownGracefully { _ in } }

        let address = try await BindAddress.resolve(
            host: listener.host,
            port: listener.port,
            allowsNonLoopback: listener.allowsNonLoopback,
            on: threads
        )
        guard !Task.isCancelled else { return }
        let quiescing = ServerQuiescingHelper(group: loop)
        let server = try await bind(to: address, quiescing)
        if !Task.isCancelled, let bound = server.localAddress, let host = bound.ipAddress, let port = bound.port {
            onListening(ListenerAddress(host: host, port: port))
        }
        try await serve(server, quiescing, at: address)
    }

    /// Waits for the last connection. The wait itself does not end at cancellation: that only begins the end.
    private func serve(
        _ server: any Channel,
        _ quiescing: ServerQuiescingHelper,
        at address: SocketAddress
    ) async throws {
        let drained = loop.makePromise(of: Void.self)
        // A listening socket that the system closes under us fails the promise: a run without one must not go on.
        server.closeFuture.whenComplete { _ in quiescing.initiateShutdown(promise: drained) }
        try await withTaskCancellationHandler {
            do {
                try await drained.futureResult.get()
            } catch {
                throw BindAddress.failure(error, at: address)
            }
        } onCancel: {
            quiescing.initiateShutdown(promise: drained)
        }
    }

    private func bind(to address: SocketAddress, _ quiescing: ServerQuiescingHelper) async throws -> any Channel {
        let limits = listener.limits
        let bootstrap = ServerBootstrap(group: loop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { server in
                server.eventLoop.makeCompletedFuture {
                    // The limit comes first: what it closes must not be waited for.
                    let pipeline = server.pipeline.syncOperations
                    try pipeline.addHandler(ConnectionLimit(limits.maxConnections))
                    try pipeline.addHandler(quiescing.makeServerChannelHandler(channel: server))
                }
            }
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { [routes, threads] connection in
                connection.eventLoop.makeCompletedFuture {
                    try Self.configure(connection, routes, limits, threads)
                }
            }
        do {
            return try await bootstrap.bind(to: address).get()
        } catch {
            throw BindAddress.failure(error, at: address)
        }
    }

    private static func configure(
        _ connection: any Channel,
        _ routes: RouteTable,
        _ limits: ListenerLimits,
        _ threads: NIOThreadPool
    ) throws {
        var decoding = NIOHTTPDecoderLimitConfiguration()
        decoding.maxHeaderFieldSize = limits.maxHeaderBytes
        decoding.maxHeaderListSize = limits.maxHeaderBytes
        decoding.maxHeaderFieldCount = limits.maxHeaderFields
        let deadlines = ConnectionDeadlines(limits)
        let pipeline = connection.pipeline.syncOperations
        try pipeline.addHandler(deadlines)
        try pipeline.configureHTTPServerPipeline(
            withEncoderConfiguration: .init(),
            withDecoderLimitConfiguration: decoding
        )
        let encodings = EncodingNegotiation()
        try pipeline.addHandler(encodings)
        try pipeline.addHandler(
            HTTPResponseCompressor { head, _ in
                EncodingNegotiation.mayCompress(&head) ? .compressIfPossible : .doNotCompress
            }
        )
        try pipeline.addHandler(
            RequestHandler(routes: routes, threads: threads, deadlines: deadlines, encodings: encodings)
        )
    }
}
#endif
