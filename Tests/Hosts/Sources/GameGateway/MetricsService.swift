import Foundation
import ServiceLifecycle
import TallyListener

/// The port for metrics, as one of the program's services.
struct MetricsService: Service {
    let listener: MetricsListener

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await listener.run { address in
                print("Metrics at \(address.url(path: "/metrics"))")
                fflush(nil)
            }
        }
    }
}
