#if Listener
public import Tally
public import TallyHealthcheck

/// A port of its own for metrics, for a server that has no router to put them on.
///
/// ```swift
/// let listener = MetricsListener(registry: registry, port: 9464)
/// try await listener.run { address in print("Metrics at \(address.url(path: "/metrics"))") }
/// ```
///
/// It answers `GET` and `HEAD` on `/metrics`, in the format the request accepts and with gzip if it accepts that, on the
/// routes the host adds, and, if
/// it is given a healthcheck, on `/.well-known/healthcheck.json`, `/live`, `/ready` and `/startup`. The value only
/// describes a listener: nothing is open before ``run(onListening:)`` or after it returned, and one value can run
/// again, or twice at once on port 0.
///
/// There is neither TLS nor authentication, so the default address is loopback. A client that shuts down its sending
/// half is taken as gone.
public struct MetricsListener: Sendable {
    let exposition: ExpositionSource
    let host: String
    let port: Int
    let allowsNonLoopback: Bool
    let routes: [ListenerRoute]
    let limits: ListenerLimits

    /// Describes a listener; nothing is checked or opened before it runs.
    ///
    /// - Parameters:
    ///   - registry: what `/metrics` shows. Each request takes a snapshot of its own, on one of two threads kept for
    ///     it: a callback gauge may block there, and delays only scrapes.
    ///   - host: an IP address, or a name whose first address is bound. Empty means every IPv4 interface.
    ///   - port: the TCP port; 0 lets the system choose, and ``run(onListening:)`` says which.
    ///   - allowsNonLoopback: whether an address that other machines may reach is meant. Without it, one is an error.
    ///   - routes: paths of the host beside `/metrics`.
    ///   - healthcheck: what the four health routes show; without it there are none. They run on a thread kept for
    ///     them.
    ///   - healthDetail: how much the document tells.
    ///   - limits: what a client may take.
    public init(
        registry: MetricRegistry,
        host: String = "127.0.0.1",
        port: Int,
        allowsNonLoopback: Bool = false,
        routes: [ListenerRoute] = [],
        healthcheck: Healthcheck? = nil,
        healthDetail: HealthDetail = .full,
        limits: ListenerLimits = ListenerLimits()
    ) {
        self.init(
            // A tenth is left for writing the answer.
            exposition: ExpositionSource(registry, within: limits.requestTimeout * 0.9),
            host: host,
            port: port,
            allowsNonLoopback: allowsNonLoopback,
            routes: routes + (healthcheck.map { ListenerRoute.health(of: $0, detail: healthDetail) } ?? []),
            limits: limits
        )
    }

    /// A listener on any source of chunks, so that tests can count what is asked of it.
    package init(
        exposition: ExpositionSource,
        host: String = "127.0.0.1",
        port: Int,
        allowsNonLoopback: Bool = false,
        routes: [ListenerRoute] = [],
        limits: ListenerLimits = ListenerLimits()
    ) {
        self.exposition = exposition
        self.host = host
        self.port = port
        self.allowsNonLoopback = allowsNonLoopback
        self.routes = routes
        self.limits = limits
    }

    /// Listens until the task is cancelled.
    ///
    /// On cancellation it stops accepting, closes idle connections, lets responses in flight finish for at most
    /// ``ListenerLimits/shutdownGrace``, and returns normally. Cancelled before it listens, it returns without a word.
    ///
    /// - Parameter onListening: called once, when connections are accepted, with the address that was really bound.
    /// - Throws: ``ListenerError`` if the configuration makes no sense, the address is not loopback and this was not
    ///   allowed, the port is taken, or the system refuses the address or closes the socket.
    public func run(onListening: (ListenerAddress) -> Void = { _ in }) async throws {
        try limits.validate()
        guard (0...65_535).contains(port) else {
            throw ListenerError(.invalidConfiguration, "port is \(port), but must be 0 to 65535")
        }
        let routes = try RouteTable(exposition: exposition, routes: routes)
        guard !Task.isCancelled else { return }
        try await ListenerRun(listener: self, routes: routes).run(onListening: onListening)
    }
}
#else
public import Tally
public import TallyHealthcheck

/// Present with the package trait `Listener` only.
@available(
    *,
    unavailable,
    message: """
        MetricsListener needs the package trait 'Listener': \
        .package(url: "…", from: "…", traits: ["Listener"])
        """
)
public struct MetricsListener: Sendable {
    /// Present with the package trait `Listener` only.
    public init(
        registry: MetricRegistry,
        host: String = "127.0.0.1",
        port: Int,
        allowsNonLoopback: Bool = false,
        routes: [ListenerRoute] = [],
        healthcheck: Healthcheck? = nil,
        healthDetail: HealthDetail = .full,
        limits: ListenerLimits = ListenerLimits()
    ) {}

    /// Present with the package trait `Listener` only.
    public func run(onListening: (ListenerAddress) -> Void = { _ in }) async throws {}
}
#endif
