#if Listener
import Tally
import TallyListener
import TallyPage
import TallySampler

/// The recent resource use of this machine, process and containers, as a page of text.
struct MachineHistory: Sendable {
    private let sampler: Sampler
    let place: String

    /// - Parameter file: The SQLite file, which needs the trait `SQLite`; nil for memory.
    init(file: String?, in registry: MetricRegistry) throws {
        var sources: [SampleSource] = [.host(), .process(), .cgroups()]
        #if Docker
        sources.append(.docker())
        #endif
        // Short, so that the page changes while it is watched.
        let settings: @Sendable () -> SamplingSettings = { SamplingSettings(interval: .seconds(5)) }
        guard let file else {
            place = "memory"
            sampler = Sampler(
                sources: sources,
                store: .memory(maxSamples: 200_000),
                settings: settings,
                in: registry
            )
            return
        }
        #if SQLite
        place = file
        sampler = Sampler(sources: sources, store: try .sqlite(path: file), settings: settings, in: registry)
        #else
        throw DemoOptions.Mistake(
            description: "--history needs the trait SQLite: swift run --traits Listener,SQLite tally-demo --port 0 …"
        )
        #endif
    }

    /// Samples until the task is cancelled.
    func run() async throws { try await sampler.run() }

    /// Shows the last ten minutes at `/history`.
    var route: ListenerRoute {
        ListenerRoute("/history") { _ in
            let page = try await page()
            return ListenerResponse(headers: [("Content-Type", "text/plain; charset=utf-8")], body: Array(page.utf8))
        }
    }

    /// The plots of the status page.
    var plots: StatusPage.Plots {
        { [sampler] last, every in
            let charts = try await sampler.history(
                of: [.cpuPercent, .memoryUsedBytes],
                for: .top(10, by: .cpuPercent),
                in: .last(last),
                every: every
            )
            return charts.map { chart in
                PagePlot(
                    "\(chart.subject) \(chart.metric)",
                    unit: chart.metric == .cpuPercent ? .percent : .bytes,
                    points: chart.points.map { ($0.time, $0.mean) }
                )
            }
        }
    }

    private static let columns: [(title: String, subject: SampleSubject, metric: SampleMetric, divisor: Double)] = [
        ("host cpu %", .host, .cpuPercent, 1), ("load", .host, .load1, 1),
        ("memory MiB", .host, .memoryUsedBytes, 1_048_576), ("containers", .host, .containersRunning, 1),
        ("demo cpu %", .process, .cpuPercent, 1), ("demo MiB", .process, .memoryUsedBytes, 1_048_576),
    ]

    /// A line of means for each 15 seconds.
    private func page() async throws -> String {
        var lines: [Int64: [String]] = [:]
        for (index, column) in Self.columns.enumerated() {
            let points = try await sampler.history(
                of: column.metric,
                for: column.subject,
                last: .seconds(600),
                every: .seconds(15)
            )
            for point in points {
                let empty = Array(repeating: "", count: Self.columns.count)
                lines[point.time, default: empty][index] = Self.rounded(point.mean / column.divisor)
            }
        }
        let titles = ["time"] + Self.columns.map(\.title)
        let rows = lines.sorted { $0.key < $1.key }.map { [Self.timeOfDay($0.key)] + $0.value }
        return ([titles] + rows).map { row in row.map(Self.padded).joined() + "\n" }.joined()
    }

    private static func rounded(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

    private static func padded(_ text: String) -> String {
        String(repeating: " ", count: max(1, 12 - text.count)) + text
    }

    /// The time of day in UTC.
    private static func timeOfDay(_ seconds: Int64) -> String {
        [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60]
            .map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }
}
#endif
