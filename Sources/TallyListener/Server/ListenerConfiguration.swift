#if Listener
import Tally

struct ListenerConfiguration: Sendable {
    var exposition: ExpositionSource
    /// The registry of the listener's own metrics.
    var registry: MetricRegistry?
    var addresses: [ListenerAddress]
    var metricsPath = "/metrics"
    var allowsNonLoopback = false
    var allowedHosts: [String] = []
    var authorization: ListenerAuthorization?
    var tls: ListenerTLS?
    /// The time between looks for changed certificates.
    var certificateInterval = Duration.seconds(1)
    var routes: [ListenerRoute] = []
    var limits: ListenerLimits
    var onError: (@Sendable (ListenerReport) -> Void)?
    var onListening: (@Sendable (ListenerAddress) -> Void)?
}
#endif
