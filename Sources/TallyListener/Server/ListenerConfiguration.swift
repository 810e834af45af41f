#if Listener
import Tally

struct ListenerConfiguration: Sendable {
    var exposition: ExpositionSource
    /// The registry of the listener's own metrics.
    var registry: MetricRegistry?
    var host: String
    var port: Int
    var allowsNonLoopback: Bool
    var allowedHosts: [String]
    var routes: [ListenerRoute]
    var limits: ListenerLimits
    var onError: (@Sendable (ListenerReport) -> Void)?
}
#endif
