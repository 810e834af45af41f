import Flags
import Foundation
import Logging
import ServiceLifecycle
import Tally
import TallyHealthcheck
import TallyListener

/// Authenticates players, and forwards their moves to their opponents.
@main
struct GameGateway {
    static func main() async throws {
        let flags = Flags([
            "port": "7777", "metrics-port": "9465", "name": "gateway-1",
            "accounts": FileManager.default.temporaryDirectory.appending(path: "game-gateway.sqlite").path,
            // Waiting for a lock that another process holds.
            "patience": "1000",
            // Waiting for a token.
            "silence-limit": "10000",
            // The port of a Redis on this machine; 0 for none.
            "redis-port": "0", "push-interval": "60000",
        ])
        let logger = Logger(label: flags["name"])
        let registry = MetricRegistry()
        let metrics = GatewayMetrics(in: registry, usersKey: usersKey(flags))
        let accounts = Accounts(path: flags["accounts"], patience: flags.duration("patience"))
        let healthcheck = Healthcheck(
            service: ServiceInfo(name: "game-gateway", version: "1.0.0"),
            providers: [
                .check("accounts") { try await accounts.check() },
                .activeUsers("activeUsers", metrics.activeUsers),
            ],
            registry: registry
        )
        let server = PlayerServer(
            accounts: accounts,
            metrics: metrics,
            port: flags.number("port"),
            silenceLimit: flags.duration("silence-limit"),
            logger: logger
        ) { announce("Players at tcp://127.0.0.1:\($0)") }
        let listener = MetricsListener(
            registry: registry,
            port: flags.number("metrics-port"),
            healthcheck: healthcheck,
            onListening: { announce("Metrics at \($0.url(path: "/metrics"))") }
        )
        var services: [any Service] = [server, listener]
        if flags.number("redis-port") != 0 {
            services.append(
                SketchPublisher(
                    redis: Redis(host: "127.0.0.1", port: flags.number("redis-port")),
                    key: "{players}:24h:\(flags["name"])",
                    interval: flags.duration("push-interval"),
                    metrics: metrics,
                    logger: logger
                )
            )
        }
        try await ServiceGroup(
            services: services,
            gracefulShutdownSignals: [.sigint, .sigterm],
            logger: logger
        ).run()
    }

    /// The key that gateways share, so that Redis can merge their sketches. A secret, and therefore not a flag.
    private static func usersKey(_ flags: Flags) -> HashKey? {
        guard let digits = ProcessInfo.processInfo.environment["ACTIVE_USERS_KEY"] else {
            if flags.number("redis-port") == 0 { return nil }
            flags.exit(saying: "Redis unites gateways only if all have one ACTIVE_USERS_KEY: openssl rand -hex 16")
        }
        do {
            return try HashKey(validatingHex: digits)
        } catch {
            flags.exit(saying: "ACTIVE_USERS_KEY: \(error)")
        }
    }
}
