// error: 'init(_:help:labelNames:in:)' is unavailable: labels make a family
// error: 'init(_:help:in:)' is unavailable: a name that is not a literal needs init(validating:help:in:)
// Calls that users of other libraries try first. The compiler's own messages would be misleading.
import Tally

func metrics(of service: String, in registry: MetricRegistry) {
    _ = Counter("requests_total", help: "Requests.", labelNames: ["method"], in: registry)
    _ = Histogram("request_seconds", help: "Time.", labelNames: ["method"], in: registry)
    _ = Gauge("\(service)_depth", help: "Depth.", in: registry)
    _ = Histogram(service + "_seconds", help: "Time.", in: registry)
}
