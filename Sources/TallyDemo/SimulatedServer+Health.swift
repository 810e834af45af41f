import Tally
import TallyHealthcheck

extension SimulatedServer {
    /// The server's health, which the registry exposes as `health_check_up{check}`.
    func healthcheck(in registry: MetricRegistry) -> Healthcheck {
        Healthcheck(
            service: ServiceInfo(name: "chat", version: "1.4.2"),
            providers: [
                // In the background, so that the metrics of its health are current even if nobody asks for it.
                SnapshotProvider(
                    "database",
                    keys: ["sessions", "clients"],
                    maxAge: .seconds(1),
                    refreshInterval: .seconds(1)
                ) { [database] in
                    [
                        "sessions": .integer(try await database.count(.sessions)),
                        "clients": .integer(try await database.count(.clients)),
                    ]
                },
                .counters([
                    "connectionsSinceBoot": metrics.connections, "disconnectionsSinceBoot": metrics.disconnections,
                ]),
                .activeUsers("activeUsers", metrics.activeUsers),
                .process(),
            ],
            registry: registry
        )
    }
}
