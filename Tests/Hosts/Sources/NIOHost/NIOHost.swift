import NIOCore
import NIOHTTP1
import NIOPosix
import Tally
import TallyHealthcheck

/// A server on plain SwiftNIO, without a framework.
struct NIOHost: Sendable {
    let registry: MetricRegistry
    let http: HTTPServerMetrics
    let healthcheck: Healthcheck
    /// False to leave the order of pipelined requests to a handler after the metrics.
    var measuresInTurn = true

    static let routes = ["/users/{id}", "/upload", "/stream/{pieces}", "/metrics"] + HealthRoute.allCases.map(\.path)

    init(registry: MetricRegistry = MetricRegistry()) {
        self.registry = registry
        http = HTTPServerMetrics(in: registry, routes: Self.routes)
        healthcheck = Healthcheck(service: ServiceInfo(name: "nio", version: "1.0"), providers: [.process()])
    }

    /// Listens on a port of this machine; 0 for a free one.
    func start(port: Int = 0) async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 256)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: measuresInTurn)
                    try pipeline.addHandler(RequestMetricsHandler(http, route: RouteHandler.route))
                    if !measuresInTurn { try pipeline.addHandler(HTTPServerPipelineHandler()) }
                    try pipeline.addHandler(RouteHandler(self))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
    }
}
