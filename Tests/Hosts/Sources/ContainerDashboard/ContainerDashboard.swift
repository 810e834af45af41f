import Foundation
import Logging
import ServiceLifecycle
import Tally
import TallyListener
import TallySampler

/// Samples this machine and its containers into SQLite, and shows their history as JSON and as plots.
@main
struct ContainerDashboard {
    static func main() async throws {
        let options: DashboardOptions
        do {
            options = try DashboardOptions(CommandLine.arguments.dropFirst())
        } catch {
            FileHandle.standardError.write(Data("container-dashboard: \(error)\n".utf8))
            exit(64)
        }
        let registry = MetricRegistry()
        let database = HostDatabase(path: options.database)
        try? await database.createTables()
        let dashboard = Dashboard(
            of: database,
            history: try .sqlite(path: options.history),
            engine: options.engine,
            in: registry
        )
        let listener = MetricsListener(registry: registry, port: options.port, routes: dashboard.routes)
        let services = ServiceGroup(
            services: [dashboard.sampler, DashboardPort(listener: listener)],
            gracefulShutdownSignals: [.sigint, .sigterm],
            logger: Logger(label: "container-dashboard")
        )
        try await services.run()
    }
}
