#if Listener
internal import TallyHealthcheck

extension ListenerRoute {
    /// The routes of a healthcheck's document and probes, at their customary paths.
    ///
    /// They share a dedicated thread. On the runtime's pool, a program that blocks the pool would silence the probes
    /// when they matter most.
    static func health(of healthcheck: Healthcheck, detail: HealthDetail) -> [ListenerRoute] {
        let executor = ThreadExecutor()
        return HealthRoute.allCases.map { route in
            ListenerRoute(route.path, route == .document ? .guarded : .probe, executor: executor) { request in
                ListenerResponse(await healthcheck.answer(route, accept: request.header("Accept"), detail: detail))
            }
        }
    }
}

extension ListenerResponse {
    /// Creates a response from a health document. The listener omits the body for `HEAD`.
    init(_ document: HealthDocument) {
        self.init(status: document.httpStatus, headers: document.headers, body: document.body)
    }
}
#endif
