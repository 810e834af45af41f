import Foundation
import Tally
import TallyListener
import TallySampler

/// The sampler of a machine, and the routes that show its history.
struct Dashboard: Sendable {
    /// The reason why a request has no answer.
    enum Failure: String, LabelSet, LabelValue, CaseIterable {
        case query, history
        static let schema: [Label<Self>] = [Label("reason", \.self)]
    }

    let sampler: Sampler
    private let failures: Family<Failure, Counter>

    /// - Parameters:
    ///   - engine: The socket of Docker or Podman; nil for the usual places.
    ///   - report: Receives a message when a source, the settings or the history begin or cease to fail.
    init(
        of database: HostDatabase,
        history: HistoryStore,
        engine: String?,
        clock: some Clock<Duration> = ContinuousClock(),
        report: (@Sendable (SamplerReport) -> Void)? = nil,
        in registry: MetricRegistry
    ) {
        failures = Family("dashboard_failed_requests_total", help: "Requests without an answer.", in: registry)
        sampler = Sampler(
            sources: [.host(), .docker(socket: engine) { try await database.owner(of: $0) }],
            store: history,
            settings: { try await database.settings() },
            clock: clock,
            report: report,
            in: registry
        )
    }

    var routes: [ListenerRoute] {
        [
            ListenerRoute("/") { request in
                await answer(request) { series in (PlotPage(of: series).html, "text/html; charset=utf-8") }
            },
            ListenerRoute("/history.json") { request in
                await answer(request) { series in
                    (String(decoding: try JSONEncoder().encode(series), as: UTF8.self), "application/json")
                }
            },
        ]
    }

    /// The metrics of the machine and of containers, and the totals whose rates are shown.
    private static let metrics: [SampleMetric] = [
        .cpuPercent, .memoryUsedBytes, .memoryTotalBytes, .memoryLimitBytes, .cpuCount, .load1, .workloadCPUPercent,
        .workloadMemoryUsedBytes, .containersRunning, .diskTotalBytes, .diskUsedBytes, .processes,
    ]
    private static let totals: [SampleMetric] = [
        .networkReceivedBytes, .networkSentBytes, .blockReadBytes, .blockWrittenBytes,
    ]

    func series(_ period: HistoryQuery) async throws -> [HistorySeries] {
        try await sampler.history(
            of: Self.metrics,
            ratesOf: Self.totals,
            in: .last(.seconds(60 * period.minutes)),
            every: .seconds(period.every)
        )
    }

    private func answer(
        _ request: ListenerRequest,
        with document: ([HistorySeries]) throws -> (text: String, type: String)
    ) async -> ListenerResponse {
        do {
            let (text, type) = try document(try await series(try HistoryQuery(request.query)))
            return ListenerResponse(headers: [("Content-Type", type)], body: Array(text.utf8))
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
