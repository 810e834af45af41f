import Synchronization
import Tally
import TallyHealthcheck

/// A database that takes its time, as real ones do: the server writes to it, the healthcheck counts its rows.
final class SimulatedDatabase: Sendable {
    enum Table: Sendable {
        case sessions
        case clients
    }

    private let rows = Mutex<[Table: Int]>([:])

    func change(_ table: Table, by count: Int) {
        rows.withLock { $0[table, default: 0] += count }
    }

    func count(_ table: Table) async throws -> Int {
        try await Task.sleep(for: .milliseconds(2))
        return rows.withLock { $0[table, default: 0] }
    }
}

extension SimulatedServer {
    /// What the server says of itself, and shows in the registry as `health_check_up{check}`.
    func healthcheck(in registry: MetricRegistry) -> Healthcheck {
        Healthcheck(
            service: ServiceInfo(name: "chat", version: "1.4.2"),
            providers: [
                SnapshotProvider("database", keys: ["sessions", "clients"], maxAge: .seconds(1)) { [database] in
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
