import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Tally
import TallyListener

/// A gRPC server with its metrics on a separate port.
struct GRPCHost: Sendable {
    let registry: MetricRegistry
    let rpc: RPCServerMetrics

    init(registry: MetricRegistry = MetricRegistry()) {
        self.registry = registry
        rpc = RPCServerMetrics(in: registry, methods: EchoService.methods)
    }

    /// Runs until the task is cancelled.
    ///
    /// - Parameters:
    ///   - port: 0 for a free port.
    ///   - onStart: Receives the port of the service and the port of the metrics.
    func run(
        port: Int = 0,
        onStart: @escaping @Sendable (_ port: Int, _ metrics: Int) async throws -> Void
    ) async throws {
        let server = GRPCServer(
            transport: .http2NIOPosix(address: .ipv4(host: "127.0.0.1", port: port), transportSecurity: .plaintext),
            services: [EchoService()],
            interceptors: [CallMetrics(rpc: rpc)]
        )
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.serve() }
            group.addTask { [registry] in
                defer { continuation.finish() }
                try await MetricsListener(registry: registry, port: 0).run { continuation.yield($0.port) }
            }
            var iterator = ports.makeAsyncIterator()
            if let metrics = await iterator.next(), let address = try await server.listeningAddress?.ipv4 {
                try await onStart(address.port, metrics)
            }
            try await group.next()
            server.beginGracefulShutdown()
            group.cancelAll()
        }
    }
}
