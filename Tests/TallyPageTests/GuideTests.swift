import Tally
import TallyHealthcheck
import TallyPage
import TallySampler
import TallyTesting
import Testing

/// Runs the code of the module's pages, which contain the code between the marks and no other.
@Suite(.timeLimit(.minutes(15)))
struct GuideTests {
    private struct Request {
        var headers: [String: String] = [:]
        var query: String?
    }

    private struct Response {
        var status: Int
        var headers: [(name: String, value: String)]
        var body: [UInt8]
    }

    private let registry = MetricRegistry()
    private let healthcheck = Healthcheck(service: ServiceInfo(name: "chat", version: "1.4.2"), providers: [])

    @Test func theLandingPageAnswersABrowserAndCurl() async {
        // GUIDE TallyPage overview
        let page = StatusPage(registry: registry, healthcheck: healthcheck, history: PageHistory())
        func status(_ request: Request) async -> Response {
            let answer = await page.response(
                accept: request.headers["Accept"],
                query: request.query,
                ifNoneMatch: request.headers["If-None-Match"]
            )
            return Response(status: answer.status, headers: answer.headers, body: answer.body)
        }
        // END
        let html = await status(Request(headers: ["Accept": "text/html"]))
        #expect(String(decoding: html.body, as: UTF8.self).hasPrefix("<!doctype html>"))
        let text = await status(Request(headers: ["Accept": "*/*"], query: "q=x"))
        #expect(text.status == 200)
        #expect(String(decoding: text.body, as: UTF8.self).hasPrefix("health: ok"))
        #expect(text.headers.first?.value == "text/plain; charset=utf-8")
    }

    @Test func theSourceExampleAnswers() async {
        // GUIDE StatusPage example
        let page = StatusPage(registry: registry, healthcheck: healthcheck, history: PageHistory())
        func status(_ request: Request) async -> Response {
            let answer = await page.response(
                accept: request.headers["Accept"],
                query: request.query,
                ifNoneMatch: request.headers["If-None-Match"]
            )
            return Response(status: answer.status, headers: answer.headers, body: answer.body)
        }
        // END
        #expect(await status(Request()).status == 200)
    }

    @Test func theSamplersHistoryIsPlotted() async throws {
        let sampler = Sampler(sources: [], store: .memory(maxSamples: 10), in: registry)
        // GUIDE ServeThePage plots
        let page = StatusPage(registry: registry, healthcheck: healthcheck) { last, every in
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
        // END
        let answer = await page.response(accept: "application/json", query: "plots")
        #expect(String(decoding: answer.body, as: UTF8.self) == #"{"found":0,"plots":[]}"#)
    }
}
