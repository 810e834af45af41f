#if Listener
public import Tally
public import TallyHealthcheck

/// An HTTP listener on its own port that serves metrics, for a server without a router.
///
/// ```swift
/// let listener = MetricsListener(registry: registry, port: 9464)
/// try await listener.run { address in print("Metrics at \(address.url(path: "/metrics"))") }
/// ```
///
/// The listener answers `GET` and `HEAD` on `/metrics`, in the format that the request accepts, with gzip if the
/// request accepts it. It also serves the routes that you add. With a healthcheck, it serves
/// `/.well-known/healthcheck.json`, `/live`, `/ready` and `/startup`.
///
/// The value only describes a listener: nothing is open before ``run(onListening:)`` starts or after it returns. The
/// same value can run again, or several times at once with port 0.
///
/// The listener has neither TLS nor authentication, so the default address is loopback. On a loopback address, it
/// answers only requests whose Host is loopback or allowed, so that a web page whose own name resolves to the machine
/// cannot read the metrics.
///
/// The listener counts its connections, responses, timeouts and scrapes as `tally_listener_…` in the registry that it
/// serves, unless that registry has no metrics of its own.
public struct MetricsListener: Sendable {
    private let configuration: ListenerConfiguration

    /// Creates a description of a listener. Nothing is checked or opened before it runs.
    ///
    /// - Parameters:
    ///   - registry: The registry that `/metrics` exposes. Each request takes its own snapshot. One of the listener's
    ///     two threads encodes and compresses it, a piece at a time.
    ///   - host: An IP address, or a name whose first address is bound. An empty string means every IPv4 interface.
    ///   - port: The TCP port. With 0, the system chooses one, and ``run(onListening:)`` reports it.
    ///   - allowsNonLoopback: True to allow an address that other machines may reach. Otherwise such an address is an
    ///     error.
    ///   - allowedHosts: Further hosts that requests may name, such as that of a proxy. On a non-loopback address,
    ///     requests may name any host if this list is empty. The listener answers 421 for any other host.
    ///   - routes: Further paths to serve beside `/metrics`.
    ///   - healthcheck: The healthcheck behind the four health routes, which run on a thread of their own. Without it,
    ///     there are no health routes.
    ///   - healthDetail: The level of detail in the health document.
    ///   - limits: Limits on the resources that a client can take.
    ///   - onError: Receives reports of rejected clients and failed handlers, each kind at most once a second, on a
    ///     thread of its own.
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

    /// Creates a listener on any source of chunks, so that tests can count the calls to it.
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
        configuration = ListenerConfiguration(
            exposition: exposition,
            registry: registry,
            host: host,
            port: port,
            allowsNonLoopback: allowsNonLoopback,
            allowedHosts: allowedHosts,
            routes: routes,
            limits: limits,
            onError: onError
        )
    }

    /// Listens until the task is cancelled.
    ///
    /// On cancellation, the listener stops accepting connections and closes idle ones. It lets responses in flight
    /// finish for at most the limits' `shutdownGrace`, then returns without throwing. If the task is cancelled
    /// before the listener is ready, it returns without calling `onListening`.
    ///
    /// - Parameter onListening: Called once with the bound address, when the listener accepts connections.
    /// - Throws: ``ListenerError`` if the configuration is invalid, the address is not loopback and `allowsNonLoopback`
    ///   is false, the port is taken, or the system refuses the address or closes the socket.
    public func run(onListening: (ListenerAddress) -> Void = { _ in }) async throws {
        try await ListenerRun(configuration).run(onListening: onListening)
    }
}
#else
public import Tally
public import TallyHealthcheck

/// Available only with the package trait `Listener`.
@available(
    *,
    unavailable,
    message: """
        MetricsListener needs the package trait 'Listener': \
        .package(url: "…", from: "…", traits: ["Listener"])
        """
)
public struct MetricsListener: Sendable {
    /// Available only with the package trait `Listener`.
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

    /// Available only with the package trait `Listener`.
    public func run(onListening: (ListenerAddress) -> Void = { _ in }) async throws {}
}
#endif
