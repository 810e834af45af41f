import Flags
import Foundation
import Logging
import ServiceLifecycle
import Tally
import TallyListener

/// Sends every message of a client to all clients. Serves metrics on a separate port.
@main
struct WebSocketHub {
    static func main() async throws {
        let settings: HubSettings
        do {
            settings = try HubSettings(CommandLine.arguments.dropFirst())
        } catch {
            FileHandle.standardError.write(Data("websocket-hub: \(error)\n".utf8))
            exit(64)
        }
        let registry = MetricRegistry()
        let hub = Hub(metrics: HubMetrics(in: registry))
        let listener = MetricsListener(
            registry: registry,
            port: settings.metricsPort,
            onListening: { announce("Metrics at \($0.url(path: "/metrics"))") }
        )
        var configuration = ServiceGroupConfiguration(
            services: [
                listener,
                HubServer(settings: settings, hub: hub) { announce("Serving at \($0)") },
            ],
            gracefulShutdownSignals: [.sigint, .sigterm],
            logger: Logger(label: "websocket-hub")
        )
        configuration.maximumGracefulShutdownDuration = .seconds(9)
        try await ServiceGroup(configuration: configuration).run()
    }
}
