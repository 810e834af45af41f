#if Listener
import NIOCore
import NIOHTTP1
import NIOPosix

/// One run of a listener, from the bind to the close of the last connection.
struct ListenerRun {
    private let listener: ListenerConfiguration
    private let routes: RouteTable
    private let metrics: ListenerMetrics?

    /// One event loop of NIO's shared group. A separate group would have to shut down with the run, and late
    /// completions, such as those of a handler that ignores cancellation, would have no loop left. A single loop
    /// confines all of the run's state to one thread. Its load is small, because `threads` encode and compress the
    /// expositions.
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    /// Threads that encode and compress expositions, so that neither the program's event loops nor its tasks stall.
    private let threads = NIOThreadPool(numberOfThreads: 2)

    init(_ configuration: ListenerConfiguration) throws(ListenerError) {
        listener = configuration
        try listener.limits.validate()
        guard (0...65_535).contains(listener.port) else {
            throw ListenerError(.invalidConfiguration, "port is \(listener.port), but must be 0 to 65535")
        }
        routes = try RouteTable(exposition: listener.exposition, routes: listener.routes)
        // A run that never begins leaves nothing in the registry.
        metrics = Task.isCancelled ? nil : listener.registry.flatMap(ListenerMetrics.init)
    }

    func run(onListening: (ListenerAddress) -> Void) async throws {
        guard !Task.isCancelled else { return }
        threads.start()
        // Not awaited, because a thread may be busy for the length of a scrape.
        defer { threads.shutdownGracefully { _ in } }

        let address = try await BindAddress.resolve(
            host: listener.host,
            port: listener.port,
            allowsNonLoopback: listener.allowsNonLoopback,
            on: threads
        )
        guard !Task.isCancelled else { return }
        let shared = try await loop.submit { [listener, metrics, loop] in
            let reporter = Reporter(listener.onError, on: loop)
            let connections = Connections(listener.limits.maxConnections, metrics, reporter)
            return NIOLoopBound((connections: connections, reporter: reporter), eventLoop: loop)
        }.get()
        let server = try await bind(to: address, shared)
        if !Task.isCancelled, let bound = server.localAddress, let host = bound.ipAddress, let port = bound.port {
            onListening(ListenerAddress(host: host, port: port))
        }
        try await serve(server, shared, at: address)
    }

    private typealias Shared = NIOLoopBound<(connections: Connections, reporter: Reporter)>

    /// Waits until the last connection is closed. Cancelling the task starts the shutdown but does not end this wait.
    private func serve(_ server: any Channel, _ shared: Shared, at address: SocketAddress) async throws {
        let drained = loop.makePromise(of: Void.self)
        server.closeFuture.whenComplete { _ in shared.value.connections.end(drained) }
        await withTaskCancellationHandler {
            try? await drained.futureResult.get()
        } onCancel: {
            server.close(promise: nil)
        }
        // A run that lost its socket must not look like a cancelled run.
        guard Task.isCancelled else { throw BindAddress.lost(address) }
    }

    private func bind(to address: SocketAddress, _ shared: Shared) async throws -> any Channel {
        let hosts = AllowedHosts(
            listener.allowedHosts,
            bound: listener.host,
            isLoopback: BindAddress.isLoopback(address)
        )
        let bootstrap = ServerBootstrap(group: loop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Large enough that a flood of connections does not keep a probe out of the queue.
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelInitializer { server in
                server.eventLoop.makeCompletedFuture {
                    try server.pipeline.syncOperations.addHandler(shared.value.connections)
                }
            }
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { [routes, threads, listener, metrics] connection in
                connection.eventLoop.makeCompletedFuture {
                    let (connections, reporter) = shared.value
                    guard !connections.isRefused(connection) else {
                        return try connection.pipeline.syncOperations.addHandler(RefusedConnection())
                    }
                    let deadlines = ConnectionDeadlines(listener.limits, metrics, reporter)
                    let handler = RequestHandler(
                        RequestHandler.Environment(
                            routes: routes,
                            hosts: hosts,
                            limits: listener.limits,
                            threads: threads,
                            connections: connections,
                            deadlines: deadlines,
                            metrics: metrics,
                            reporter: reporter
                        )
                    )
                    try Self.configure(connection, listener.limits, deadlines, handler)
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
        _ limits: ListenerLimits,
        _ deadlines: ConnectionDeadlines,
        _ handler: RequestHandler
    ) throws {
        var decoding = NIOHTTPDecoderLimitConfiguration()
        decoding.maxHeaderFieldSize = limits.maxHeaderBytes
        decoding.maxHeaderListSize = limits.maxHeaderBytes
        decoding.maxHeaderFieldCount = limits.maxHeaderFields
        var encoding = HTTPResponseEncoder.Configuration()
        // The encoder does not know that an answer to HEAD has no body, and would end it with an empty chunk.
        encoding.automaticallySetFramingHeaders = false
        let pipeline = connection.pipeline.syncOperations
        try pipeline.addHandler(deadlines)
        try pipeline.configureHTTPServerPipeline(
            // NIO's own error handler would answer malformed requests even after the last response of a connection.
            withErrorHandling: false,
            withEncoderConfiguration: encoding,
            withDecoderLimitConfiguration: decoding
        )
        try pipeline.addHandler(handler)
    }
}
#endif
