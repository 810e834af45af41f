import Hummingbird
import Logging
import ServiceLifecycle
import Tally
import TallyHealthcheck
import TallySampler
import UnixSignals

/// A Hummingbird server with request metrics, active users, health, and a sampler of the process.
struct HummingbirdHost: Sendable {
    struct NoSuchUser: Error {}

    let registry: MetricRegistry
    let http: HTTPServerMetrics
    let activeUsers: ActiveUsers
    let healthcheck: Healthcheck
    let sampler: Sampler
    /// The users by their tokens.
    var users = ["a-token": "alice", "b-token": "bob", "c-token": "carol"]
    /// Further routes, for tests.
    var addRoutes: @Sendable (Router<UserContext>) -> Void = { _ in }

    /// The templates of the routes, for reserved label sets.
    static let routes = ["/users/{id}", "/me", "/upload", "/stream/{pieces}", "/broken"]

    init(registry: MetricRegistry = MetricRegistry()) {
        self.registry = registry
        http = HTTPServerMetrics(in: registry, routes: Self.routes)
        activeUsers = ActiveUsers(
            "active_users",
            help: "Distinct users who sent an authenticated request.",
            windows: [.hours(24), .days(7)],
            in: registry
        )
        sampler = Sampler(sources: [.process()], store: .memory(maxSamples: 10_000), report: { _ in }, in: registry)
        healthcheck = Healthcheck(
            service: ServiceInfo(name: "hummingbird", version: "1.0"),
            providers: [.activeUsers("activeUsers", activeUsers), .process()],
            registry: registry
        )
    }

    var router: Router<UserContext> {
        let router = Router(context: UserContext.self, options: .autoGenerateHeadEndpoints)
        // Before the middleware, so that scrapes and probes are not counted as requests.
        addOperatorRoutes(to: router, of: registry, healthcheck)
        router.add(middleware: RequestMetrics(http: http))
        router.get("/users/{id}") { _, context in "user \(try context.parameters.require("id"))\n" }
        router.post("/upload") { request, _ in
            "\(try await request.body.collect(upTo: 100_000).readableBytes) bytes\n"
        }
        router.get("/stream/{pieces}") { _, context in
            let pieces = try context.parameters.require("pieces", as: Int.self)
            return Response(
                status: .ok,
                body: ResponseBody { writer in
                    let piece = ByteBuffer(repeating: UInt8(ascii: "x"), count: 16_384)
                    for _ in 0..<max(0, pieces) { try await writer.write(piece) }
                    try await writer.finish(nil)
                }
            )
        }
        router.get("/broken") { _, _ -> String in throw NoSuchUser() }
        router.group().add(middleware: UserAuthenticator(users: users, activeUsers: activeUsers))
            .get("/me") { _, context in "\(context.user)\n" }
        addRoutes(router)
        return router
    }

    /// The server and the sampler for one group, which stops them in reverse order on a signal.
    ///
    /// - Parameter port: 0 for a free port.
    func services(
        port: Int = 0,
        signals: [UnixSignal] = [],
        onStart: @escaping @Sendable (_ port: Int) -> Void
    ) -> ServiceGroup {
        var logger = Logger(label: "hummingbird-host")
        logger.logLevel = .critical
        let application = Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { onStart($0.localAddress?.port ?? 0) },
            logger: logger
        )
        return ServiceGroup(
            configuration: .init(
                services: [sampler, application],
                gracefulShutdownSignals: signals,
                logger: logger
            )
        )
    }
}
