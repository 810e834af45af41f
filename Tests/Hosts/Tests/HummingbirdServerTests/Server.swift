import HTTPTypes
import Hummingbird
import Metrics
import Tally
import TallySwiftMetrics

/// A Hummingbird server that counts its requests through swift-metrics, and serves `/metrics`.
struct Server {
    struct NoSuchUser: Error {}

    let registry: MetricRegistry
    let factory: TallyMetricsFactory

    init(maxChildren: Int = 100) {
        registry = MetricRegistry()
        factory = TallyMetricsFactory(registry: registry, maxChildren: maxChildren)
    }

    private var router: Router<BasicRequestContext> {
        let router = Router()
        router.get("/metrics") { [registry] request, _ in
            let exposition = registry.exposition(accept: request.headers[.accept])
            var headers = HTTPFields()
            for (name, value) in exposition.headers {
                if let name = HTTPField.Name(name) { headers[name] = value }
            }
            return Response(
                status: .ok,
                headers: headers,
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: exposition.body))
            )
        }
        router.add(middleware: MetricsMiddleware())
        router.get("/users/{id}") { _, context in "user \(try context.parameters.require("id"))" }
        router.get("/broken") { _, _ -> String in throw NoSuchUser() }
        return router
    }

    /// Runs the server on a free port while `body` uses it. Handlers make their metrics in its tasks, where the factory
    /// is bound.
    func run(_ body: @escaping @Sendable (_ port: Int) async throws -> Void) async throws {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await withMetricsFactory(factory) { () async throws in
                    let application = Application(
                        router: router,
                        configuration: .init(address: .hostname("127.0.0.1", port: 0)),
                        onServerRunning: { channel in continuation.yield(channel.localAddress?.port ?? 0) }
                    )
                    try await application.runService(gracefulShutdownSignals: [])
                }
            }
            group.addTask {
                for await port in ports { return try await body(port) }
            }
            // The server runs until it is cancelled.
            try await group.next()
            group.cancelAll()
            try? await group.waitForAll()
        }
    }
}
