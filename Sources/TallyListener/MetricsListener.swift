#if Listener
public import Tally
public import TallyHealthcheck

/// An HTTP listener of its own that serves metrics, for a server without a router.
///
/// ```swift
/// let listener = MetricsListener(registry: registry, port: 9464)
/// try await listener.run { address in print("Metrics at \(address.url(path: "/metrics"))") }
/// ```
///
/// The listener answers `GET` and `HEAD` on `/metrics`, in the format that the request accepts, with gzip if the
/// request accepts it. It also serves the routes that you add, and a page of links at `/`. With a healthcheck, it
/// serves `/.well-known/healthcheck.json`, `/live`, `/ready` and `/startup`.
///
/// The value only describes a listener: nothing is open before ``run(onListening:)`` starts or after it returns. The
/// same value can run again, or several times at once with port 0. With the package trait `ServiceLifecycle`, it is a
/// `Service`.
///
/// Without `authorization`, everyone who can connect can read the metrics, so the default address is loopback. On a
/// loopback address, the listener answers only requests whose Host is loopback or allowed, so that a web page whose own
/// name resolves to the machine cannot read the metrics.
///
/// The listener counts its connections, responses, timeouts and scrapes as `tally_listener_…` in the registry that it
/// serves, unless that registry has no metrics of its own.
public struct MetricsListener: Sendable {
    var configuration: ListenerConfiguration

    /// Creates a description of a listener on one TCP port. Nothing is checked or opened before it runs.
    ///
    /// - Parameters:
    ///   - registry: The registry that `/metrics` exposes. Each request takes its own snapshot. One of the listener's
    ///     two threads encodes and compresses it, a piece at a time.
    ///   - host: An IP address, or a name whose first address is bound. An empty string means every IPv4 interface.
    ///   - port: The TCP port. With 0, the system chooses one, and ``run(onListening:)`` reports it.
    ///   - metricsPath: The path of the metrics: visible ASCII that begins with `/`, without `?` or `#`.
    ///   - allowsNonLoopback: True to allow an address that other machines may reach. Otherwise such an address is an
    ///     error.
    ///   - allowedHosts: Further hosts that requests may name, such as that of a proxy. On a non-loopback address,
    ///     requests may name any host if this list is empty. The listener answers 421 for any other host.
    ///   - authorization: The rule for the requests that the listener answers.
    ///   - tls: The certificate for TCP connections, which are then encrypted. Needs the package trait `TLS`.
    ///   - routes: Further paths to serve beside `/metrics`.
    ///   - healthcheck: The healthcheck behind the four health routes, which run on a thread of their own. Without it,
    ///     there are no health routes.
    ///   - healthDetail: The level of detail in the health document.
    ///   - limits: Limits on the resources that a client can take.
    ///   - onError: Receives reports of rejected clients and failed handlers, each kind at most once a second, on a
    ///     thread of its own.
    ///   - onListening: Called once for each address with the bound one, when the listener accepts connections at all
    ///     of them.
    public init(
        registry: MetricRegistry,
        host: String = "127.0.0.1",
        port: Int,
        metricsPath: String = "/metrics",
        allowsNonLoopback: Bool = false,
        allowedHosts: [String] = [],
        authorization: ListenerAuthorization? = nil,
        tls: ListenerTLS? = nil,
        routes: [ListenerRoute] = [],
        healthcheck: Healthcheck? = nil,
        healthDetail: HealthDetail = .full,
        limits: ListenerLimits = ListenerLimits(),
        onError: (@Sendable (ListenerReport) -> Void)? = nil,
        onListening: (@Sendable (ListenerAddress) -> Void)? = nil
    ) {
        self.init(
            registry: registry,
            addresses: [.tcp(host: host, port: port)],
            metricsPath: metricsPath,
            allowsNonLoopback: allowsNonLoopback,
            allowedHosts: allowedHosts,
            authorization: authorization,
            tls: tls,
            routes: routes,
            healthcheck: healthcheck,
            healthDetail: healthDetail,
            limits: limits,
            onError: onError,
            onListening: onListening
        )
    }

    /// Creates a description of a listener on several TCP ports and Unix domain sockets. Nothing is checked or opened
    /// before it runs.
    ///
    /// The addresses share the limits. If one cannot be bound, none is. The other parameters are those of a listener on
    /// one port.
    public init(
        registry: MetricRegistry,
        addresses: [ListenerAddress],
        metricsPath: String = "/metrics",
        allowsNonLoopback: Bool = false,
        allowedHosts: [String] = [],
        authorization: ListenerAuthorization? = nil,
        tls: ListenerTLS? = nil,
        routes: [ListenerRoute] = [],
        healthcheck: Healthcheck? = nil,
        healthDetail: HealthDetail = .full,
        limits: ListenerLimits = ListenerLimits(),
        onError: (@Sendable (ListenerReport) -> Void)? = nil,
        onListening: (@Sendable (ListenerAddress) -> Void)? = nil
    ) {
        configuration = ListenerConfiguration(
            exposition: ExpositionSource(registry),
            registry: registry,
            addresses: addresses,
            metricsPath: metricsPath,
            allowsNonLoopback: allowsNonLoopback,
            allowedHosts: allowedHosts,
            authorization: authorization,
            tls: tls,
            routes: routes + (healthcheck.map { ListenerRoute.health(of: $0, detail: healthDetail) } ?? []),
            limits: limits,
            onError: onError,
            onListening: onListening
        )
    }

    /// Creates a listener on any source of chunks, so that tests can count the calls to it.
    package init(
        exposition: ExpositionSource,
        registry: MetricRegistry? = nil,
        port: Int,
        limits: ListenerLimits = ListenerLimits(),
        onError: (@Sendable (ListenerReport) -> Void)? = nil
    ) {
        configuration = ListenerConfiguration(
            exposition: exposition,
            registry: registry,
            addresses: [.tcp(port: port)],
            limits: limits,
            onError: onError
        )
    }
}
#endif
