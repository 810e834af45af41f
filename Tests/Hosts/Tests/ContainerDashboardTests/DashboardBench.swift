import Foundation
import GRDB
import HostsTestSupport
import Synchronization
import Tally
import TallyListener
import TallySampler
import TallyTesting

@testable import container_dashboard

/// A dashboard on a free port, with a clock that the test moves, and files in a temporary folder.
struct DashboardBench: Sendable {
    private final class Reports: Sendable {
        let kinds = Mutex<[SamplerReport.Kind]>([])
    }

    let folder: TemporaryFolder
    let registry = MetricRegistry()
    let clock = ManualClock()
    let dashboard: Dashboard
    private let start: ManualClock.Instant
    private let reported = Reports()
    private var url = ""

    var database: String { Self.database(in: folder) }
    var history: String { Self.history(in: folder) }

    static func database(in folder: TemporaryFolder) -> String { folder.url.appending(path: "host.sqlite").path }
    static func history(in folder: TemporaryFolder) -> String { folder.url.appending(path: "history.sqlite").path }

    /// The messages to the operator, except that the test's clock and that of the wall differ.
    var reports: [SamplerReport.Kind] { reported.kinds.withLock { $0.filter { $0 != .clockStepped } } }

    private init(in folder: TemporaryFolder, engine: String?) async throws {
        self.folder = folder
        start = clock.now
        let database = HostDatabase(path: Self.database(in: folder))
        try await database.createTables()
        dashboard = Dashboard(
            of: database,
            history: try .sqlite(path: Self.history(in: folder)),
            engine: engine ?? folder.url.appending(path: "no-engine.sock").path,
            clock: clock,
            report: { [reported] report in reported.kinds.withLock { $0.append(report.kind) } },
            in: registry
        )
    }

    /// Runs a dashboard while `body` uses it.
    ///
    /// - Parameters:
    ///   - folder: A folder that may have files of an earlier run.
    ///   - engine: The engine's socket; nil for an engine that does not run.
    ///   - sql: Statements for the host's database, before the start.
    static func run(
        in folder: TemporaryFolder? = nil,
        engine: String? = nil,
        _ sql: String = "",
        _ body: @Sendable (DashboardBench) async throws -> Void
    ) async throws {
        var bench = try await DashboardBench(in: try folder ?? TemporaryFolder(), engine: engine)
        try await bench.execute(sql)
        let (addresses, listening) = AsyncStream.makeStream(of: ListenerAddress.self)
        let listener = MetricsListener(registry: bench.registry, port: 0, routes: bench.dashboard.routes)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { listening.finish() }
                try await listener.run { listening.yield($0) }
            }
            for await address in addresses {
                bench.url = address.url(path: "")
                break
            }
            try bench.dashboard.sampler.start()
            let outcome: Result<Void, any Error>
            do {
                outcome = .success(try await body(bench))
            } catch {
                outcome = .failure(error)
            }
            await bench.dashboard.sampler.stop()
            tasks.cancelAll()
            try outcome.get()
        }
    }

    // MARK: Time

    /// Waits until the sampler sleeps until a time, in seconds since the start.
    func waitForSleep(until seconds: Int) async throws {
        try await clock.waitForSleeper(until: start.advanced(by: .seconds(seconds)))
    }

    /// Moves the clock to a time that the sampler sleeps until.
    func reach(_ seconds: Int) async throws {
        try await waitForSleep(until: seconds)
        clock.advance(to: start.advanced(by: .seconds(seconds)))
    }

    /// Moves the clock to the time of a tick, and waits until it is written.
    func tick(_ number: Int, at seconds: Int) async throws {
        try await reach(seconds)
        try await wait(for: "tally_sampler_ticks_total", toBe: Double(number))
    }

    // MARK: Values

    func value(_ name: String, _ labels: [String: String] = [:]) throws -> Double? {
        try registry.value(of: name, labels: labels)
    }

    /// Waits until a metric has a value.
    func wait(for name: String, _ labels: [String: String] = [:], toBe value: Double) async throws {
        try await eventually { try self.value(name, labels) == value }
    }

    func get(_ path: String, accept: String = "*/*") async throws -> HTTPAnswer {
        try await HTTPAnswer.of("GET", url + path, headers: ["Accept": accept])
    }

    /// The series of the JSON document.
    func series(_ query: String = "minutes=60&every=1") async throws -> [HistorySeries] {
        let answer = try await get("/history.json?" + query)
        guard answer.status == 200 else { throw Program.Failed(description: answer.text) }
        return try JSONDecoder().decode([HistorySeries].self, from: answer.body)
    }

    /// The newest value of a metric of a subject.
    func newest(_ metric: SampleMetric, of subject: SampleSubject = .host) async throws -> Double? {
        try await series().first { $0.subject == subject && $0.metric == metric }?.points.last?.mean
    }

    // MARK: Files

    func execute(_ sql: String) async throws {
        try await DatabaseQueue(path: database).write { try $0.execute(sql: sql) }
    }

    /// Changes the file of samples behind the sampler's back.
    func change(_ sql: String) async throws {
        try await DatabaseQueue(path: history).write { try $0.execute(sql: sql) }
    }

    /// The first column of a query to the file of samples.
    func rows(_ sql: String) async throws -> [Int64] {
        try await DatabaseQueue(path: history).read { try Int64.fetchAll($0, sql: sql) }
    }
}
