#if Listener
internal import TallyHealthcheck

extension ListenerRoute {
    /// The routes of a healthcheck's document and probes, at their customary paths.
    ///
    /// They share a dedicated thread. On the runtime's pool, a program that blocks the pool would silence the probes
    /// when they matter most.
    static func health(of healthcheck: Healthcheck, detail: HealthDetail) -> [ListenerRoute] {
        let executor = ThreadExecutor()
        func route(
            _ path: String,
            _ access: Access = .probe,
            _ document: @escaping @Sendable (ListenerRequest) async -> HealthDocument
        ) -> ListenerRoute {
            ListenerRoute(path, access, executor: executor) { request in ListenerResponse(await document(request)) }
        }
        return [
            route("/.well-known/healthcheck.json", .guarded) {
                await healthcheck.document(accept: $0.header("Accept"), detail: detail)
            },
            route("/live") { _ in healthcheck.liveness() },
            route("/ready") { _ in await healthcheck.readiness() },
            route("/startup") { _ in await healthcheck.startup() },
        ]
    }
}

extension ListenerResponse {
    /// Creates a response from a health document. The listener omits the body for `HEAD`.
    init(_ document: HealthDocument) {
        self.init(status: document.httpStatus, headers: document.headers, body: document.body)
    }
}
#endif
