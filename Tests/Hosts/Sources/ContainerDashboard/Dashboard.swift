import Foundation
import Tally
import TallyListener
import TallyPage
import TallySampler

/// The sampler of a machine, and the routes that show its history.
struct Dashboard: Sendable {
    /// The reason why a request has no answer.
    enum Failure: String, LabelSet, LabelValue, CaseIterable {
        case query, history
        static let schema: [Label<Self>] = [Label("reason", \.self)]
    }

    let sampler: Sampler
    private let page: StatusPage
    private let failures: Family<Failure, Counter>

    /// - Parameters:
    ///   - engine: The socket of Docker or Podman; nil for the usual places.
    ///   - report: Receives a message when a source, the settings or the history begins or stops failing.
    init(
        of database: HostDatabase,
        history: HistoryStore,
        engine: String?,
        clock: some Clock<Duration> = ContinuousClock(),
        report: (@Sendable (SamplerReport) -> Void)? = nil,
        in registry: MetricRegistry
    ) {
        failures = Family("dashboard_failed_requests_total", help: "Requests without an answer.", in: registry)
        let sampler = Sampler(
            sources: [.host(), .docker(socket: engine) { try await database.owner(of: $0) }],
            store: history,
            settings: { try await database.settings() },
            clock: clock,
            report: report,
            in: registry
        )
        self.sampler = sampler
        page = StatusPage(registry: registry) { last, every in
            try await Self.series(of: sampler, last, every).map { PagePlot($0) }
        }
    }

    var routes: [ListenerRoute] {
        [.page(page), ListenerRoute("/history.json") { request in await history(request) }]
    }

    /// The metrics to show: those of the machine and of containers, and the totals, as rates.
    private static let metrics: [SampleMetric] = [
        .cpuPercent, .memoryUsedBytes, .memoryTotalBytes, .memoryLimitBytes, .cpuCount, .load1, .workloadCPUPercent,
        .workloadMemoryUsedBytes, .containersRunning, .diskTotalBytes, .diskUsedBytes, .processes,
    ]
    private static let totals: [SampleMetric] = [
        .networkReceivedBytes, .networkSentBytes, .blockReadBytes, .blockWrittenBytes,
    ]

    private static func series(
        of sampler: Sampler,
        _ last: Duration,
        _ every: Duration
    ) async throws -> [HistorySeries] {
        try await sampler.history(of: metrics, ratesOf: totals, in: .last(last), every: every)
    }

    private func history(_ request: ListenerRequest) async -> ListenerResponse {
        do {
            let query = try HistoryQuery(request.query)
            let series = try await Self.series(of: sampler, .seconds(60 * query.minutes), .seconds(query.every))
            let document = try JSONEncoder().encode(series)
            return ListenerResponse(headers: [("Content-Type", "application/json")], body: Array(document))
        } catch let mistake as HistoryQuery.Mistake {
            failures.increment(for: .query)
            return Self.failure(400, mistake.description)
        } catch {
            failures.increment(for: .history)
            return Self.failure(503, "the history cannot be read now")
        }
    }

    private static func failure(_ status: Int, _ text: String) -> ListenerResponse {
        ListenerResponse(
            status: status,
            headers: [("Content-Type", "application/json")],
            body: Array(#"{"error":"\#(text)"}"#.utf8)
        )
    }
}

extension PagePlot {
    /// A plot of a series' means.
    fileprivate init(_ series: HistorySeries) {
        let metric = "\(series.metric)"
        let unit: Unit = metric.hasSuffix("_bytes") ? .bytes : metric.hasSuffix("_percent") ? .percent : .number
        self.init(
            "\(series.subject.name.isEmpty ? "host" : series.subject.name): \(metric)",
            unit: series.isRate ? .bytesPerSecond : unit,
            points: series.points.map { ($0.time, $0.mean) }
        )
    }
}
