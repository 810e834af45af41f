import HostsTestSupport
import Logging
import ServiceLifecycle
import Tally
import TallyTesting

@testable import websocket_hub

/// A hub on a free port of this machine, with a clock that the test moves.
struct HubBench: Sendable {
    let registry: MetricRegistry
    let clock: ManualClock
    let hub: Hub
    let url: String
    let group: ServiceGroup

    var port: Int { url.split(separator: ":").last.flatMap { Int($0) } ?? 0 }

    /// Runs a hub while `body` uses it.
    static func run(
        _ arguments: [String] = [],
        _ body: @escaping @Sendable (HubBench) async throws -> Void
    ) async throws {
        let (registry, clock) = (MetricRegistry(), ManualClock())
        let hub = Hub(metrics: HubMetrics(in: registry))
        let (urls, listening) = AsyncStream.makeStream(of: String.self)
        let settings = try HubSettings(["--port", "0"] + arguments)
        let server = HubServer(settings: settings, hub: hub, clock: clock) { listening.yield($0) }
        let group = ServiceGroup(services: [server], logger: Logger(label: "test"))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { listening.finish() }
                try await group.run()
            }
            for await url in urls {
                try await body(HubBench(registry: registry, clock: clock, hub: hub, url: url, group: group))
                break
            }
            tasks.cancelAll()
        }
    }

    func value(_ name: String, _ labels: [String: String] = [:]) throws -> Double? {
        try registry.value(of: "websocket_" + name, labels: labels)
    }

    /// Waits until a metric has a value.
    func wait(for name: String, _ labels: [String: String] = [:], toBe value: Double) async throws {
        try await eventually { try self.value(name, labels) == value }
    }

    /// Waits until this many clients are connected and watched.
    func waitForClients(_ count: Int) async throws {
        try await wait(for: "connected_clients", toBe: Double(count))
        try await clock.waitForSleepers(count)
    }

    func connect() async throws -> SocketClient { try await SocketClient(url) }
}
