// A chat server with a real database, an example of a host of Tally. The tests read its healthcheck.
//
//     chat-server DATABASE [--non-critical] [--timeout MS] [--fresh-for MS] [--stale-for MS] [--patience MS]
import Foundation
import Tally
import TallyHealthcheck
import TallyListener

let options: ServerOptions
do {
    options = try ServerOptions(CommandLine.arguments.dropFirst())
} catch {
    FileHandle.standardError.write(Data("chat-server: \(error)\n".utf8))
    exit(64)
}

let registry = MetricRegistry()
let metrics = ChatMetrics(in: registry)
let database = try ChatDatabase(path: options.database, patience: options.patience, countRuns: metrics.countRuns)

let healthcheck = Healthcheck(
    service: ServiceInfo(name: "chat", version: "1.4.2"),
    providers: [
        SnapshotProvider(
            "database",
            keys: ["sessions", "clients", "queuedLines", "channels"],
            critical: options.critical,
            timeout: options.timeout,
            maxAge: options.maxAge,
            staleIfError: options.staleIfError
        ) {
            database.countRuns.increment()
            return [
                "sessions": .integer(try await database.count(.sessions)),
                "clients": .integer(try await database.count(.clients)),
                "queuedLines": .integer(try await database.count(.queue)),
                "channels": .integer(try await database.count(.channels)),
            ]
        },
        .counters([
            "connectionsSinceBoot": metrics.connections, "sessionsSinceBoot": metrics.sessions,
            "messagesSinceBoot": metrics.messages, "databaseRunsSinceBoot": metrics.countRuns,
        ]),
    ],
    registry: registry,
    onError: { provider, error in
        FileHandle.standardError.write(Data("\(provider): \(error)\n".utf8))
    }
)

/// Answers a request that changes something: counts the request, and runs the host's work.
func route(_ path: String, _ work: @escaping @Sendable () async throws -> Void) -> ListenerRoute {
    ListenerRoute(path) { _ in
        metrics.connections.increment()
        try await work()
        return ListenerResponse(status: 204)
    }
}

let listener = MetricsListener(
    registry: registry,
    port: 0,
    routes: [
        route("/join") {
            try await database.insert("somebody", into: .clients)
            try await database.insert("a session", into: .sessions)
            metrics.sessions.increment()
        },
        route("/say") {
            try await database.insert("hello", into: .queue)
            metrics.messages.increment()
        },
        route("/open") { try await database.insert("lobby", into: .channels) },
        route("/drain") { healthcheck.beginDraining() },
        route("/undrain") { healthcheck.endDraining() },
    ],
    healthcheck: healthcheck
)

signal(SIGTERM, SIG_IGN)
let termination = DispatchSource.makeSignalSource(signal: SIGTERM)
let serving = Task {
    try await listener.run { address in
        print("Serving at \(address.url(path: ""))")
        fflush(nil)
    }
}
termination.setEventHandler { serving.cancel() }
termination.resume()
try await serving.value
