import ServiceLifecycle
import TallyListener

/// A metrics listener as a service of a group.
struct MetricsPort: Service {
    let listener: MetricsListener

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await listener.run { address in announce("Metrics at \(address.url(path: "/metrics"))") }
        }
    }
}
