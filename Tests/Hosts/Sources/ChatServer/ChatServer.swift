import Flags
import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Tally
import TallyHealthcheck

/// An IRC-like chat over HTTP, with its data in SQLite.
@main
struct ChatServer {
    static func main() async throws {
        let flags = Flags([
            "port": "8082",
            "database": FileManager.default.temporaryDirectory.appending(path: "chat-server.sqlite").path,
            // Waiting for a lock that another process holds.
            "patience": "5000",
            // Waiting for the rest of a request, or for another one.
            "idle-timeout": "60000",
            // Settings of the provider that counts rows: see `SnapshotProvider`.
            "critical": "true", "timeout": "500", "max-age": "5000", "stale-if-error": "60000",
        ])
        let logger = Logger(label: "chat-server")
        let registry = MetricRegistry()
        let metrics = ChatMetrics(in: registry)
        let database = ChatDatabase(path: flags["database"], patience: flags.duration("patience"))

        let healthcheck = Healthcheck(
            service: ServiceInfo(name: "chat", version: "1.4.2"),
            providers: [
                SnapshotProvider(
                    "database",
                    keys: ["sessions", "clients", "queuedLines", "channels"],
                    critical: flags["critical"] == "true",
                    timeout: flags.duration("timeout"),
                    maxAge: flags.duration("max-age"),
                    staleIfError: flags.duration("stale-if-error")
                ) {
                    metrics.countRuns.increment()
                    let counts = try await database.counts()
                    return [
                        "sessions": .integer(counts.sessions), "clients": .integer(counts.clients),
                        "queuedLines": .integer(counts.queuedLines), "channels": .integer(counts.channels),
                    ]
                },
                .counters([
                    "connectionsSinceBoot": metrics.connections, "sessionsSinceBoot": metrics.sessions,
                    "messagesSinceBoot": metrics.messages,
                ]),
            ],
            registry: registry,
            onError: { provider, error in logger.error("\(provider) is not well", metadata: ["error": "\(error)"]) }
        )

        let router = Router()
        OperatorRoutes(registry: registry, healthcheck: healthcheck).add(to: router)
        ChatRoutes(database: database, metrics: metrics).add(to: router)
        let application = Application(
            router: router,
            server: .http1(configuration: .init(idleTimeout: TimeAmount(flags.duration("idle-timeout")))),
            configuration: .init(
                address: .hostname("127.0.0.1", port: flags.number("port")),
                // Fewer than the open files that most systems allow a process.
                availableConnectionsDelegate: MaximumAvailableConnections(500)
            ),
            onServerRunning: { channel in
                announce("Serving at http://127.0.0.1:\(channel.localAddress?.port ?? 0)")
            },
            logger: logger
        )
        try await application.runService()
    }
}
