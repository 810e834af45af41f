#if Listener
internal import TallyHealthcheck

extension ListenerRoute {
    /// A healthcheck's document and probes, at their customary paths.
    ///
    /// They run on a thread of their own: a host that blocks the runtime's pool would else silence them, just when they
    /// are asked most.
    static func health(of healthcheck: Healthcheck, detail: HealthDetail) -> [ListenerRoute] {
        let executor = ThreadExecutor()
        func route(
            _ path: String,
            _ document: @escaping @Sendable (ListenerRequest) async -> HealthDocument
        ) -> ListenerRoute {
            ListenerRoute(path, executor: executor) { request in ListenerResponse(await document(request)) }
        }
        return [
            route("/.well-known/healthcheck.json") {
                await healthcheck.document(accept: $0.header("Accept"), detail: detail)
            },
            route("/live") { _ in healthcheck.liveness() },
            route("/ready") { _ in await healthcheck.readiness() },
            route("/startup") { _ in await healthcheck.startup() },
        ]
    }
}

extension ListenerResponse {
    /// A health document, whose body the listener itself leaves out for `HEAD`.
    init(_ document: HealthDocument) {
        self.init(status: document.httpStatus, headers: document.headers, body: document.body)
    }
}
#endif
