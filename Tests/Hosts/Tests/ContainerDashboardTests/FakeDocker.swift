import HostsTestSupport
import Hummingbird
import Synchronization

/// An engine on a socket, with running containers `c1`, `c2`, … of which number *n* uses 2 *n* % of a core and *n* MiB.
final class FakeDocker: Sendable {
    private struct State {
        var readings: [String: Int] = [:]
        var inFlight = 0
        var maxInFlight = 0
    }

    let folder: TemporaryFolder
    var socket: String { folder.url.appending(path: "engine.sock").path }
    /// The most requests for statistics at one time.
    var maxInFlight: Int { state.withLock(\.maxInFlight) }

    private let containers: ClosedRange<Int>
    /// The number of requests for which the first answer waits.
    private let held: Int
    private let state = Mutex(State())

    private init(_ containers: ClosedRange<Int>, holdingFirst held: Int) throws {
        folder = try TemporaryFolder()
        self.containers = containers
        self.held = held
    }

    /// Runs an engine while `body` uses it.
    static func run(
        _ containers: ClosedRange<Int>,
        holdingFirst held: Int = 0,
        _ body: @escaping @Sendable (FakeDocker) async throws -> Void
    ) async throws {
        let engine = try FakeDocker(containers, holdingFirst: held)
        let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { isReady.finish() }
                let application = Application(
                    router: engine.router,
                    configuration: .init(
                        address: .unixDomainSocket(path: engine.socket),
                        serverName: "Docker/20.10.24 (linux)"
                    ),
                    onServerRunning: { _ in isReady.yield() }
                )
                try await application.runService(gracefulShutdownSignals: [])
            }
            for await _ in ready {
                try await body(engine)
                break
            }
            tasks.cancelAll()
        }
    }

    private var router: Router<BasicRequestContext> {
        let router = Router()
        router.get("/_ping") { _, _ in "OK" }
        router.get("/containers/json") { [containers] _, _ in
            "["
                + containers.map { #"{"Id":"\#(Self.id($0))","Names":["/c\#($0)"],"State":"running"}"# }
                .joined(separator: ",") + "]"
        }
        router.get("/containers/{id}/stats") { [self] _, context in try await stats(context.parameters.require("id")) }
        return router
    }

    private func stats(_ id: String) async -> String {
        let reading = state.withLock { state in
            state.inFlight += 1
            state.maxInFlight = max(state.maxInFlight, state.inFlight)
            state.readings[id, default: 0] += 1
            return state.readings[id] ?? 0
        }
        defer { state.withLock { $0.inFlight -= 1 } }
        while maxInFlight < held, !Task.isCancelled { await Task.yield() }
        // Time for one request too many.
        if held > 0 { for _ in 0..<1_000 { await Task.yield() } }
        let number = Int(id) ?? 0
        return """
            {"id":"\(id)","read":"2026-11-21T09:00:\(reading < 10 ? "0" : "")\(reading).0Z","pids_stats":{"current":1},
            "cpu_stats":{"cpu_usage":{"total_usage":\(reading * number * 10_000_000)},
            "system_cpu_usage":\(reading * 1_000_000_000),"online_cpus":2},
            "memory_stats":{"usage":\(number * 1_048_576),"limit":67108864,"stats":{}}}
            """
    }

    private static func id(_ number: Int) -> String {
        String(repeating: "0", count: 64 - "\(number)".count) + "\(number)"
    }
}
