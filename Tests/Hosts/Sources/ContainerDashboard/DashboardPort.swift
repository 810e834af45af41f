import Foundation
import ServiceLifecycle
import TallyListener

/// A listener as a service of a group.
struct DashboardPort: Service {
    let listener: MetricsListener

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await listener.run { address in
                print("Serving at \(address.url())")
                fflush(nil)
            }
        }
    }
}
