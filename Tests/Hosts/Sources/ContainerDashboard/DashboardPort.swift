import Foundation
import ServiceLifecycle
import TallyListener

/// A listener that prints its address.
struct DashboardPort: Service {
    let listener: MetricsListener

    func run() async throws {
        try await listener.run { address in
            print("Serving at \(address.url())")
            fflush(nil)
        }
    }
}
