import Foundation
import Tally
import TallyPage

/// The cost of the status page and its history at 1,000 series, in a process of its own.
enum Page {
    static let argument = "--measure-page"

    struct Figures: Codable {
        /// Bytes of memory that the history adds to the process.
        var memory: Double
        /// The share of a core that it takes, in percent.
        var load: Double
        /// Microseconds for an answer to a poll.
        var polls: [Double]
        var pollBytes: Double
        var pageBytes: Double
    }

    private struct Route: LabelSet {
        var route: String
        var status: Int
        static let schema: [Label<Self>] = [Label("route", \.route), Label("status", \.status)]
    }

    static func rows() throws -> [Row] {
        let figures = try JSONDecoder().decode(Figures.self, from: outputOfThisProgram(argument))
        return [
            row("history of 1,000 series", Sample([figures.memory / 1e6]), unit: "MB", atMost: 2, "≤ 2 MB"),
            row("recording it each second", Sample([figures.load]), unit: "% of a core", atMost: 1, "≤ 1 %"),
            row("poll of a page of 1,000 series", Sample(figures.polls), unit: "µs", atMost: 20_000, "≤ 20 ms"),
            row("size of the answer", Sample([figures.pollBytes / 1e3]), unit: "KB"),
            row("size of the page", Sample([figures.pageBytes / 1e3]), unit: "KB", atMost: 60, "≤ 60 KB"),
        ]
    }

    /// Runs in the separate process.
    static func measured() async throws -> Figures {
        let registry = MetricRegistry(ownMetrics: false)
        let requests = Family<Route, Counter>("http_requests_total", help: "Requests.", in: registry)
        for index in 0..<1_000 { requests.increment(for: Route(route: "/users/\(index)/messages", status: 200)) }
        // The first answer lets the runtime allocate its own memory.
        let plain = StatusPage(registry: registry)
        _ = await plain.response(accept: "application/json")
        let before = try Memory.status("VmRSS:")
        let page = StatusPage(registry: registry, history: PageHistory())
        try await Task.sleep(for: .seconds(3))
        let memory = (try Memory.status("VmRSS:") - before) * 1024
        let clock = ContinuousClock()
        let (start, startCPU) = (clock.now, cpuSeconds())
        try await Task.sleep(for: .seconds(5))
        let load = (cpuSeconds() - startCPU) / (start.duration(to: clock.now).nanoseconds / 1e9) * 100
        var bytes = 0
        var polls: [Double] = []
        for _ in 0..<20 {
            let began = clock.now
            bytes = await page.response(accept: "application/json", query: "range=1m&after=4").body.count
            polls.append(began.duration(to: clock.now).nanoseconds / 1e3)
        }
        let html = await page.response(accept: "text/html").body.count
        return Figures(
            memory: memory,
            load: load,
            polls: polls,
            pollBytes: Double(bytes),
            pageBytes: Double(html)
        )
    }

    private static func cpuSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
