import ServiceLifecycle
import TallyListener

/// A metrics listener that prints its address.
struct MetricsPort: Service {
    let listener: MetricsListener

    func run() async throws {
        try await listener.run { address in announce("Metrics at \(address.url(path: "/metrics"))") }
    }
}
