import Flags
import Logging
import ServiceLifecycle
import Tally
import TallyListener
import TallySampler

/// Samples this machine and its containers into SQLite, and shows their history as JSON and as plots.
@main
struct ContainerDashboard {
    static func main() async throws {
        let flags = Flags([
            "port": "8081",
            // The SQLite files of the host's own tables and of the samples.
            "database": "host.sqlite", "history": "history.sqlite",
            // The engine's socket; an empty one for the usual places.
            "engine": "",
        ])
        let port = flags.number("port")
        let registry = MetricRegistry()
        let database = HostDatabase(path: flags["database"])
        try? await database.createTables()
        let dashboard = Dashboard(
            of: database,
            history: try .sqlite(path: flags["history"]),
            engine: flags["engine"].isEmpty ? nil : flags["engine"],
            in: registry
        )
        let listener = MetricsListener(
            registry: registry,
            port: port,
            routes: dashboard.routes,
            onListening: { announce("Serving at \($0.url())") }
        )
        let services = ServiceGroup(
            services: [dashboard.sampler, listener],
            gracefulShutdownSignals: [.sigint, .sigterm],
            logger: Logger(label: "container-dashboard")
        )
        try await services.run()
    }
}
