#if !Listener
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
    ) {}

    /// Available only with the package trait `Listener`.
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
    ) {}

    /// Available only with the package trait `Listener`.
    public func run() async throws {}

    /// Available only with the package trait `Listener`.
    public func run(onListening: (ListenerAddress) -> Void) async throws {}
}
#endif
