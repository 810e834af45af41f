#if Listener
import NIOCore
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
        guard !listener.addresses.isEmpty else {
            throw ListenerError(.invalidConfiguration, "addresses is empty; pass at least one")
        }
        for address in listener.addresses { try address.validate() }
        try listener.authorization?.validate()
        if listener.authorization?.needsClientCertificate == true {
            let hasUnixSocket = listener.addresses.contains { $0.socketPath != nil }
            guard listener.tls?.clientCertificates != nil, !hasUnixSocket else {
                throw ListenerError(
                    .invalidConfiguration,
                    "the authorization needs client certificates, which only TLS with clientCertificates asks for"
                )
            }
        }
        routes = try RouteTable(
            exposition: listener.exposition,
            at: listener.metricsPath,
            routes: listener.routes
        )
        // A run that never begins leaves nothing in the registry.
        metrics = Task.isCancelled ? nil : ListenerMetrics(for: configuration)
    }

    /// Listens until the stop is requested, and then until the last connection is closed.
    func run(until stop: StopSignal, onListening: (ListenerAddress) -> Void) async throws {
        guard !stop.isRequested else { return }
        threads.start()
        // Not awaited, because a thread may be busy for the length of a scrape.
        defer { threads.shutdownGracefully { _ in } }

        do {
            let shared = try await makeShared()
            defer { loop.execute { shared.value.encryption?.stop() } }
            let sockets = try await bindAll(shared, until: stop)
            for socket in sockets where !stop.isRequested {
                listener.onListening?(socket.address)
                onListening(socket.address)
            }
            try await serve(sockets, shared, until: stop)
        } catch {
            // Cancellation also ends the waits for a thread, with an error.
            guard stop.isRequested || Task.isCancelled else { throw error }
        }
    }

    /// Binds all addresses, or none.
    private func bindAll(_ shared: NIOLoopBound<RunContext>, until stop: StopSignal) async throws -> [ListeningSocket] {
        var sockets: [ListeningSocket] = []
        do {
            for address in listener.addresses where !stop.isRequested {
                sockets.append(try await bind(address, shared))
            }
            return sockets
        } catch {
            for socket in sockets { socket.close() }
            for socket in sockets { try? await socket.channel.closeFuture.get() }
            // The first sockets may have accepted connections already.
            let drained = loop.makePromise(of: Void.self)
            loop.execute { shared.value.connections.end(drained) }
            try? await drained.futureResult.get()
            throw error
        }
    }

    /// Waits until the last connection is closed.
    private func serve(
        _ sockets: [ListeningSocket],
        _ shared: NIOLoopBound<RunContext>,
        until stop: StopSignal
    ) async throws {
        @Sendable func closeAll() {
            for socket in sockets { socket.close() }
        }
        let lost = loop.makePromise(of: ListenerAddress?.self)
        for socket in sockets {
            socket.channel.closeFuture.whenComplete { _ in
                guard !stop.isRequested else { return }
                lost.succeed(socket.address)
                closeAll()
            }
        }
        let drained = loop.makePromise(of: Void.self)
        EventLoopFuture.andAllComplete(sockets.map(\.channel.closeFuture), on: loop).whenComplete { _ in
            lost.succeed(nil)
            shared.value.connections.end(drained)
        }
        stop.onRequest(closeAll)
        try? await drained.futureResult.get()
        // A run that lost its socket must not look like one that was stopped.
        if let address = try await lost.futureResult.get(), !stop.isRequested { throw BindAddress.lost(address) }
    }

    // MARK: Sockets

    private func bind(_ address: ListenerAddress, _ shared: NIOLoopBound<RunContext>) async throws -> ListeningSocket {
        switch address.endpoint {
        case .tcp(let host, let port): try await bind(host: host, port: port, shared)
        case .unix(let path, let permissions): try await bind(path: path, permissions: permissions, shared)
        }
    }

    private func bind(host: String, port: Int, _ shared: NIOLoopBound<RunContext>) async throws -> ListeningSocket {
        let resolved = try await BindAddress.resolve(
            host: host,
            port: port,
            allowsNonLoopback: listener.allowsNonLoopback,
            on: threads
        )
        let hosts = AllowedHosts(listener.allowedHosts, bound: host, isLoopback: BindAddress.isLoopback(resolved))
        let isEncrypted = listener.tls != nil
        do {
            let channel = try await bootstrap(pipeline(hosts, isEncrypted: isEncrypted, shared), shared)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(to: resolved).get()
            let bound = BindAddress.name(of: channel.localAddress ?? resolved, isEncrypted: isEncrypted)
            return ListeningSocket(address: bound, channel: channel, file: nil)
        } catch {
            throw BindAddress.failure(error, at: BindAddress.name(of: resolved))
        }
    }

    private func bind(
        path: String,
        permissions: Int,
        _ shared: NIOLoopBound<RunContext>
    ) async throws -> ListeningSocket {
        let socket = try await threads.runIfActive {
            try UnixSocket(listeningAt: path, permissions: permissions)
        }
        // No web page can connect to the socket, so a request may name any host.
        let hosts = AllowedHosts([], bound: "", isLoopback: false)
        do {
            let channel = try await bootstrap(pipeline(hosts, isEncrypted: false, shared), shared)
                .withBoundSocket(socket.descriptor).get()
            return ListeningSocket(address: .unix(path: path, permissions: permissions), channel: channel, file: socket)
        } catch {
            socket.remove()
            throw BindAddress.failure(error, at: .unix(path: path))
        }
    }

    private func pipeline(
        _ hosts: AllowedHosts,
        isEncrypted: Bool,
        _ shared: NIOLoopBound<RunContext>
    ) -> ConnectionPipeline {
        ConnectionPipeline(
            routes: routes,
            hosts: hosts,
            authorization: listener.authorization,
            limits: listener.limits,
            isEncrypted: isEncrypted,
            threads: threads,
            metrics: metrics,
            shared: shared
        )
    }

    private func bootstrap(
        _ pipeline: ConnectionPipeline,
        _ shared: NIOLoopBound<RunContext>
    ) -> ServerBootstrap {
        ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: Platform.backlog)
            .serverChannelInitializer { server in
                server.eventLoop.makeCompletedFuture {
                    let acceptor = Acceptor(shared.value.connections, shared.value.reporter)
                    try server.pipeline.syncOperations.addHandler(acceptor)
                }
            }
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { connection in
                connection.eventLoop.makeCompletedFuture { try pipeline.configure(connection) }
            }
    }

    private func makeShared() async throws -> NIOLoopBound<RunContext> {
        #if TLS
        let encryption = try await loadCertificates()
        #endif
        return try await loop.submit { [listener, metrics, loop, threads] in
            let reporter = Reporter(listener.onError, on: loop)
            let context = RunContext(
                connections: Connections(listener.limits.maxConnections, metrics, reporter),
                reporter: reporter
            )
            #if TLS
            if let (files, contents) = encryption {
                let interval = listener.certificateInterval
                let contexts = TLSContexts(contents, of: files, interval, loop, threads, metrics, reporter)
                context.encryption = contexts.encryption
                contexts.start()
            }
            #endif
            return NIOLoopBound(context, eventLoop: loop)
        }.get()
    }

    #if TLS
    private func loadCertificates() async throws -> (TLSFiles, TLSFiles.Contents)? {
        guard let tls = listener.tls else { return nil }
        let files = TLSFiles(tls)
        return (files, try await threads.runIfActive { try files.load() })
    }
    #endif
}
#endif
