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
/// There is neither TLS nor authentication, so the default address is loopback, and a listener on a loopback address
/// answers only requests whose Host is a loopback name: a web page whose own name resolves to the machine cannot read it.
///
/// In the registry that it serves, the listener counts its connections, responses, timeouts and scrapes as
/// `tally_listener_…`, unless that registry has no metrics of its own.
public struct MetricsListener: Sendable {
    let exposition: ExpositionSource
    private let registry: MetricRegistry?
    let host: String
    let port: Int
    let allowsNonLoopback: Bool
    let allowedHosts: [String]
    let routes: [ListenerRoute]
    let limits: ListenerLimits
    let onError: (@Sendable (ListenerReport) -> Void)?

    /// Describes a listener; nothing is checked or opened before it runs.
    ///
    /// - Parameters:
    ///   - registry: what `/metrics` shows. Each request takes a snapshot of its own, and encodes and compresses it on one
    ///     of two threads kept for it, a piece at a time.
    ///   - host: an IP address, or a name whose first address is bound. Empty means every IPv4 interface.
    ///   - port: the TCP port; 0 lets the system choose, and ``run(onListening:)`` says which.
    ///   - allowsNonLoopback: whether an address that other machines may reach is meant. Without it, one is an error.
    ///   - allowedHosts: further hosts that requests may name, such as that of a proxy. If the address is not loopback,
    ///     requests may name any host, unless some are given here. A request for another host is answered 421.
    ///   - routes: paths of the host beside `/metrics`.
    ///   - healthcheck: what the four health routes show; without it there are none. They run on a thread kept for
    ///     them.
    ///   - healthDetail: how much the document tells.
    ///   - limits: what a client may take.
    ///   - onError: told of what clients could not get past, and of handlers that failed: each kind at most once a second,
    ///     on a thread kept for it.
    public init(
        registry: MetricRegistry,
        host: String = "127.0.0.1",
        port: Int,
        allowsNonLoopback: Bool = false,
        allowedHosts: [String] = [],
        routes: [ListenerRoute] = [],
        healthcheck: Healthcheck? = nil,
        healthDetail: HealthDetail = .full,
        limits: ListenerLimits = ListenerLimits(),
        onError: (@Sendable (ListenerReport) -> Void)? = nil
    ) {
        self.init(
            exposition: ExpositionSource(registry),
            registry: registry,
            host: host,
            port: port,
            allowsNonLoopback: allowsNonLoopback,
            allowedHosts: allowedHosts,
            routes: routes + (healthcheck.map { ListenerRoute.health(of: $0, detail: healthDetail) } ?? []),
            limits: limits,
            onError: onError
        )
    }

    /// A listener on any source of chunks, so that tests can count what is asked of it.
    package init(
        exposition: ExpositionSource,
        registry: MetricRegistry? = nil,
        host: String = "127.0.0.1",
        port: Int,
        allowsNonLoopback: Bool = false,
        allowedHosts: [String] = [],
        routes: [ListenerRoute] = [],
        limits: ListenerLimits = ListenerLimits(),
        onError: (@Sendable (ListenerReport) -> Void)? = nil
    ) {
        self.exposition = exposition
        self.registry = registry
        self.host = host
        self.port = port
        self.allowsNonLoopback = allowsNonLoopback
        self.allowedHosts = allowedHosts
        self.routes = routes
        self.limits = limits
        self.onError = onError
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
        let metrics = registry.flatMap(ListenerMetrics.init)
        try await ListenerRun(listener: self, routes: routes, metrics: metrics).run(onListening: onListening)
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
        allowedHosts: [String] = [],
        routes: [ListenerRoute] = [],
        healthcheck: Healthcheck? = nil,
        healthDetail: HealthDetail = .full,
        limits: ListenerLimits = ListenerLimits(),
        onError: (@Sendable (ListenerReport) -> Void)? = nil
    ) {}

    /// Present with the package trait `Listener` only.
    public func run(onListening: (ListenerAddress) -> Void = { _ in }) async throws {}
}
#endif
