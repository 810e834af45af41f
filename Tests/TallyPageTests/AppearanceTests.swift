import Foundation
import Tally
import TallyHealthcheck
import TallyPage
import TallyTestSupport
import Testing

/// The page as different people see it, judged by axe-core; and its queries, judged by Prometheus' own parser.
@Suite(
    .serialized,
    .timeLimit(.minutes(15)),
    .enabled(
        if: Browser.isInstalled || Program.isRequired,
        "chromium and chromium-driver are not installed: apt-get install chromium chromium-driver"
    )
)
struct AppearanceTests {
    /// A page with something of everything: a red and a yellow check, a full family, hostile labels, plots.
    private func bench() throws -> Bench {
        let healthcheck = try Healthcheck(
            ServiceInfo(name: "chat", version: "1.4.2"),
            [
                .check("database", timeout: .seconds(600)) { throw CancellationError() },
                .check("search", critical: false, timeout: .seconds(600)) { throw CancellationError() },
                .check("spool", timeout: .seconds(600)) {},
            ],
            readinessDeadline: .seconds(600)
        )
        let bench = Bench(healthcheck: healthcheck, history: PageHistory(), ownMetrics: true) { _, _ in
            [PagePlot("host: CPU", unit: .percent, points: (0..<60).map { (1_790_000_000 + $0 * 5, Double($0 % 7)) })]
        }
        let registry = bench.registry
        let events = Family<DocumentTests.Name, Counter>("events_total", help: "E.", maxChildren: 20, in: registry)
        let latency = Family<DocumentTests.Name, Histogram>("wait_seconds", help: "W.", buckets: .latency, in: registry)
        let users = ActiveUsers("users", help: "Users.", windows: [.hours(1), .hours(24)], in: registry)
        let depth = Gauge("queue_depth", help: "Depth.", in: registry)
        bench.record(seconds: 90) { second in
            for name in DocumentTests.hostile + (0..<9).map(String.init) { events.increment(for: .init(name: name)) }
            latency.observe(.milliseconds(second * 7 % 90), for: .init(name: "/users/{id}"))
            users.record("\(second)")
            depth.set(Double(second % 11))
        }
        return bench
    }

    private func browse(_ bench: Bench, _ body: (Browser) async throws -> Void) async throws {
        let server = try PageServer(bench.page)
        let browser = try await Browser()
        do {
            try await browser.open(server.url)
            try await browser.wait("document.body.dataset.polls >= 1 && !document.querySelector('#machine').hidden")
            try await body(browser)
        } catch {
            await browser.quit()
            server.stop()
            throw error
        }
        await browser.quit()
        server.stop()
    }

    @Test(.enabled(if: Axe.script != nil || Program.isRequired, "pip install axe-selenium-python"))
    func threeSizesInTwoColourSchemesAreAccessible() async throws {
        try await browse(try bench()) { browser in
            for (width, height) in [(360, 740), (820, 1_180), (1_440, 900)] {
                for isDark in [false, true] {
                    // Without motion, because colours on their way from one scheme to the other are no scheme.
                    try await browser.show(width: width, height: height, isDark: isDark, reducesMotion: true)
                    let violations = try await Axe.violations(in: browser)
                    #expect(violations.isEmpty, "\(width), dark: \(isDark): \(violations)")
                    // Nothing is wider than the screen.
                    let excess = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                    try await browser.wait("\(excess) <= 0")
                    let background = "getComputedStyle(document.body).backgroundColor"
                    #expect(
                        try await browser.text("return \(background)")
                            == (isDark ? "rgb(15, 18, 22)" : "rgb(244, 245, 247)")
                    )
                }
            }
        }
    }

    @Test func thePlotsOfTheHostHaveItsValuesAndGaps() async throws {
        let points: [(Int64, Double)] = [(0, 10), (5, 20), (10, .nan), (15, 40), (30, 12.5)]
        let bench = Bench { _, _ in
            [PagePlot("<b>web</b>: CPU", unit: .percent, points: points.map { (1_790_000_000 + $0.0, $0.1) })]
        }
        try await browse(bench) { browser in
            let plot = "document.querySelector('#plots figure')"
            let text = try await browser.text("return \(plot).innerText")
            #expect(text.contains("<b>web</b>: CPU"))
            #expect(text.contains("12.5 %"))
            #expect(text.contains("max 40 %"))
            // Two missing samples and one without a value: three lines instead of one.
            let path = try await browser.text("return \(plot).querySelector('.main').getAttribute('d')")
            #expect(path.split(separator: "M").count == 3)
        }
    }

    @Test func nothingMovesForThoseWhoAskForThat() async throws {
        try await browse(try bench()) { browser in
            let moving = """
                document.querySelector(".copy").click();
                return [...document.querySelectorAll("*")].filter((node) => {
                  const style = getComputedStyle(node);
                  return parseFloat(style.transitionDuration) > 0 || style.animationName !== "none";
                }).length;
                """
            try await browser.show(width: 1_280, height: 900, reducesMotion: true)
            #expect(try await browser.number(moving) == 0)
            try await browser.show(width: 1_280, height: 900)
            #expect(try await browser.number(moving) > 0)
        }
    }

    @Test(.enabled(if: Program.find("promtool") != nil || Program.isRequired, "promtool is not installed"))
    func copiedQueriesParseInPrometheus() async throws {
        try await browse(try bench()) { browser in
            try await browser.run("for (const button of document.querySelectorAll('.rest')) button.click()")
            let count = try await browser.number("return document.querySelectorAll('.copy').length")
            var queries: [String] = []
            for index in 0..<Int(count) {
                try await browser.run(
                    """
                    document.querySelector("#toast").replaceChildren();
                    document.querySelectorAll(".copy")[\(index)].click();
                    """
                )
                try await browser.wait("document.querySelector('#toast code')")
                queries.append(try await browser.text("return document.querySelector('#toast code').textContent"))
            }
            #expect(queries.contains(#"rate(events_total{name="<script>document.title=\"owned\"</script>"}[5m])"#))
            #expect(
                queries.contains(
                    #"histogram_quantile(0.99, sum by (le) (rate(wait_seconds_bucket{name="/users/{id}"}[5m])))"#
                )
            )
            #expect(queries.contains("queue_depth"))
            // YAML has JSON's strings, but no escaped slashes.
            let encoder = JSONEncoder()
            encoder.outputFormatting = .withoutEscapingSlashes
            let rules = queries.enumerated().map { index, query -> String in
                let text = (try? encoder.encode(query)).map { String(decoding: $0, as: UTF8.self) } ?? ""
                return "  - {record: \"query:\(index)\", expr: \(text)}\n"
            }
            let folder = try TemporaryFolder()
            let file = folder.url.appending(path: "queries.yml")
            try Data("groups:\n- name: queries\n  rules:\n\(rules.joined())".utf8).write(to: file)
            let outcome = try Program.run(try Program.require("promtool"), ["check", "rules", file.path])
            #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
            #expect((outcome.text + outcome.errorText).contains("\(queries.count) rules found"))
        }
    }
}
