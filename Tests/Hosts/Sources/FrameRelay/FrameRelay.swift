import Flags
import Logging
import RelayCore
import ServiceLifecycle
import Tally
import TallyListener

/// Pairs phones with binaries, and forwards their frames.
@main
struct FrameRelay {
    static func main() async throws {
        let flags = Flags([
            "port": "7000", "metrics-host": "127.0.0.1", "metrics-port": "9467", "grace": "30000",
            "hello-timeout": "10000",
        ])
        let registry = MetricRegistry()
        let relay = Relay(grace: flags.duration("grace"), hooks: RelayHooks(countingIn: registry))
        ObservedGauge("relay_connections", help: "Connections now.", in: registry) { Double(relay.memberCount) }

        let server = RelayServer(
            relay: relay,
            port: flags.number("port"),
            helloTimeout: flags.duration("hello-timeout")
        ) { announce("Connections at tcp://127.0.0.1:\($0)") }
        // Refuses a host that other machines can reach.
        let listener = MetricsListener(
            registry: registry,
            host: flags["metrics-host"],
            port: flags.number("metrics-port"),
            onListening: { announce("Metrics at \($0.url(path: "/metrics"))") }
        )
        let services = ServiceGroup(
            services: [server, listener],
            gracefulShutdownSignals: [.sigint, .sigterm],
            logger: Logger(label: "frame-relay")
        )
        do {
            try await services.run()
        } catch let error as ListenerError {
            flags.exit(saying: "frame-relay: \(error)")
        }
    }
}
