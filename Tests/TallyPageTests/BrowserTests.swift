import Foundation
import Tally
import TallyHealthcheck
import TallyPage
import TallyTestSupport
import TallyTesting
import Testing

/// The page in a real Chromium, served by a host without a framework.
@Suite(
    .serialized,
    .timeLimit(.minutes(15)),
    .enabled(
        if: Browser.isInstalled || Program.isRequired,
        "chromium and chromium-driver are not installed: apt-get install chromium chromium-driver"
    )
)
struct BrowserTests {
    struct Name: LabelSet {
        var name: String
        static let schema: [Label<Self>] = [Label("name", \.name)]
    }

    /// Opens a page in a browser of its own, polling every second.
    func browse(
        _ bench: Bench,
        _ query: String = "every=1",
        _ body: (Browser, PageServer) async throws -> Void
    ) async throws {
        let server = try PageServer(bench.page)
        let browser = try await Browser()
        do {
            let url = try #require(URL(string: "\(server.url)?\(query)"))
            try await browser.open(url)
            try await body(browser, server)
            let messages = try await browser.messages().filter { !$0.contains("favicon") && !$0.contains("net::ERR") }
            #expect(messages.isEmpty, "\(messages)")
        } catch {
            await browser.quit()
            server.stop()
            throw error
        }
        await browser.quit()
        server.stop()
    }

    /// The text of the row with a label value, or of a family without labels.
    func row(_ browser: Browser, _ text: String) async throws -> String {
        let script = """
            const row = [...document.querySelectorAll(".row")].find((row) => row.innerText.includes("\(text)"));
            return row ? row.querySelector(".values").innerText : "";
            """
        return try await browser.text(script)
    }

    @Test func theValuesShownAreThoseThatWereCounted() async throws {
        let bench = Bench(ownMetrics: true)
        let events = Family<Name, Counter>("events_total", help: "Events.", in: bench.registry)
        let bytes = Counter("sent_bytes_total", help: "Bytes.", in: bench.registry)
        let depth = Gauge("queue_depth", help: "Depth.", in: bench.registry)
        let users = ActiveUsers("users", help: "Users.", windows: [.hours(1), .hours(24)], in: bench.registry)
        let latency = Histogram("wait_seconds", help: "Wait.", buckets: [0.1, 0.2, 0.4], in: bench.registry)
        events.increment(by: 1_234, for: Name(name: "lobby"))
        depth.set(-2.5)
        for index in 0..<1_042 { users.record("user \(index)") }
        for _ in 0..<10 { latency.observe(0.3) }
        try await browse(bench) { browser, server in
            try await browser.wait("document.body.dataset.polls >= 1")
            #expect(try await row(browser, "lobby").contains("1,234 total"))
            #expect(try await row(browser, "queue_depth").hasPrefix("-2.5"))
            #expect(try await row(browser, "wait_seconds").contains("10 in all · since boot"))
            let shown = try await browser.text("return document.querySelector('#users').innerText")
            #expect(shown.contains("1,042"))
            // Exactly two seconds by the server's clock, however long the browser took.
            server.betweenAnswers {
                bench.clock.advance(by: .seconds(2))
                events.increment(by: 50, for: Name(name: "lobby"))
                bytes.increment(by: 6_144)
                for _ in 0..<98 { latency.observe(0.05) }
                for _ in 0..<2 { latency.observe(0.15) }
            }
            try await browser.waitForPolls(2)
            // Polls at a clock that stands still change no rate.
            #expect(try await row(browser, "lobby").hasPrefix("25/s"))
            #expect(try await row(browser, "sent_bytes_total").hasPrefix("3 KiB/s"))
            let wait = try await row(browser, "wait_seconds")
            #expect(wait.contains("50/s · 110 in all"))
            #expect(!wait.contains("since boot"))
            for quantile in ["p50 51 ms", "p90 91.8 ms", "p99 150 ms"] {
                #expect(wait.replacing("\n", with: " ").contains(quantile), "\(wait)")
            }
            let bars = "[...document.querySelectorAll('.bars title')].map((title) => title.textContent).join()"
            #expect(try await browser.text("return \(bars)") == "≤ 100 ms: 98,≤ 200 ms: 2,≤ 400 ms: 0,more: 0")
        }
    }

    @Test func hostileLabelsAreTextAndNothingElse() async throws {
        let bench = Bench()
        let events = Family<Name, Counter>("events_total", help: "<b>Events</b>.", in: bench.registry)
        for name in DocumentTests.hostile { events.increment(for: Name(name: name)) }
        try await browse(bench) { browser, _ in
            try await browser.wait("document.body.dataset.polls >= 1")
            try await browser.run("document.querySelector('.rest').click()")
            let shown = try #require(
                try await browser.run("return [...document.querySelectorAll('.row .text')].map((n) => n.textContent)")
                    as? [String]
            )
            #expect(shown.count == DocumentTests.hostile.count)
            for name in DocumentTests.hostile where name.unicodeScalars.allSatisfy({ $0.properties.isVisible }) {
                #expect(shown.contains(name))
            }
            for text in [#"nul\u{0}byte"#, #"zero\u{200b}width"#, #"\u{202e}evil\u{202c}"#, #"\u{1b}[31mred\u{7}"#] {
                #expect(shown.contains(text))
            }
            #expect(try await browser.text("return document.title") == "Status")
            let elements = "document.querySelectorAll('main script, main img, main b b, .help b').length"
            #expect(try await browser.number("return \(elements)") == 0)
            #expect(try await browser.number("return document.querySelectorAll('script').length") == 1)
            // Neither a long value nor a reordered one leaves its row.
            let overflow = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            for width in [360, 1_280] {
                try await browser.show(width: width, height: 800)
                try await browser.wait(overflow)
            }
        }
    }

    @Test func aCheckThatFailsIsInTheBannerWithinTwoPolls() async throws {
        let wall = Wall()
        let healthcheck = try Healthcheck(
            ServiceInfo(name: "chat <i>", version: "1.4.2"),
            [
                .check("database", timeout: .seconds(600), maxAge: .nanoseconds(1)) {
                    if wall.isBad { throw CancellationError() }
                },
                .check("search", critical: false, timeout: .seconds(600)) {},
            ],
            readinessDeadline: .seconds(600)
        )
        try await browse(Bench(healthcheck: healthcheck)) { browser, _ in
            try await browser.wait("document.querySelector('#state').textContent === 'All 2 checks pass'")
            #expect(try await browser.text("return document.querySelector('header').className") == "ok")
            #expect(try await browser.text("return document.querySelector('#service').textContent") == "chat <i> 1.4.2")
            wall.isBad = true
            try await browser.waitForPolls(2)
            #expect(try await browser.text("return document.querySelector('#state').textContent") == "database: error")
            #expect(try await browser.text("return document.querySelector('header').className") == "fail")
            #expect(try await browser.text("return document.title") == "FAIL chat <i> 1.4.2")
            let first = try await browser.text("return document.querySelector('#checks li').innerText")
            #expect(first.contains("database"))
            #expect(first.contains("error · for "))
            #expect(first.contains(", since "))
            wall.isBad = false
            try await browser.waitForPolls(2)
            #expect(try await browser.text("return document.querySelector('header').className") == "ok")
        }
    }

    @Test func aPageOpenedLateDrawsTheMinutesBefore() async throws {
        let bench = Bench(history: PageHistory())
        let counter = Counter("events_total", help: "Events.", in: bench.registry)
        bench.record(seconds: 300) { counter.increment(by: $0 < 240 ? 1 : 3) }
        try await browse(bench) { browser, _ in
            try await browser.wait("document.body.dataset.polls >= 1")
            // A row is drawn once it is in view.
            let points = "(document.querySelector('.row .plot .main').getAttribute('d') ?? '').split('L').length"
            try await browser.wait("\(points) === 60")
            // Another range, by a click; its state is in the address.
            try await browser.run("document.querySelector('#ranges button[value=\"1h\"]').click()")
            try await browser.wait("\(points) === 5")
            #expect(try await browser.text("return location.search") == "?range=1h&every=1")
            // The cursor shows the past: five minutes, each a point, the last one of threes. Values follow with the next
            // frame.
            try await browser.press(Browser.left)
            try await browser.wait("document.querySelector('#cursor').textContent.includes('ago')")
            try await browser.wait("document.querySelector('.row .values').innerText.startsWith('1/s')")
            try await browser.press(Browser.escape)
            try await browser.wait("document.querySelector('#cursor').textContent === ''")
        }
    }

    @Test func searchPauseAndKeysWork() async throws {
        let bench = Bench()
        let events = Family<Name, Counter>("events_total", help: "Events.", in: bench.registry)
        for name in ["red", "green", "blue"] { events.increment(for: Name(name: name)) }
        Gauge("depth", help: "Depth.", in: bench.registry).set(1)
        try await browse(bench) { browser, server in
            try await browser.wait("document.querySelectorAll('.row').length === 4")
            try await browser.press("/", "g", "r", "e", "e", "n")
            try await browser.wait("document.querySelectorAll('.row').length === 1")
            #expect(try await browser.text("return location.search") == "?q=green&every=1")
            try await browser.press(Browser.escape, "p")
            try await browser.wait("document.querySelector('#pause').textContent === 'Resume'")
            let count = server.heads.count
            events.increment(by: 5, for: Name(name: "green"))
            // A reload keeps the search and the pause, and asks once.
            try await browser.open(try #require(URL(string: "\(server.url)?q=green&paused=")))
            try await browser.wait("document.body.dataset.polls >= 1")
            #expect(try await row(browser, "green").contains("6 total"))
            #expect(try await browser.text("return document.querySelector('#search').value") == "green")
            #expect(server.heads.count <= count + 4)
            try await browser.run("document.querySelector('#pause').click()")
            try await browser.waitForPolls(3)
            // Nothing was counted, and the server said so in a few bytes.
            #expect(try await browser.number("return Number(document.body.dataset.unchanged ?? 0)") >= 1)
            #expect(server.heads.contains { $0.lowercased().contains("if-none-match: \"") })
            // Every control can be reached and is seen to be.
            var reached: Set<String> = []
            for _ in 0..<14 {
                try await browser.press(Browser.tab)
                let focus = """
                    const node = document.activeElement;
                    const isSeen = getComputedStyle(node).outlineStyle !== "none";
                    return node.id + (node.className ?? "") + (isSeen ? "+" : "-");
                    """
                reached.insert(try await browser.text(focus))
            }
            for control in ["search+", "every+", "pause+", "copy+"] { #expect(reached.contains(control), "\(reached)") }
        }
    }

    @Test func aServerThatStopsAnsweringLeavesAReadablePage() async throws {
        let bench = Bench()
        Counter("events_total", help: "Events.", in: bench.registry).increment(by: 41)
        try await browse(bench) { browser, server in
            try await browser.wait("document.body.dataset.polls >= 1")
            server.setSilent(true)
            try await browser.wait("!document.querySelector('#trouble').hidden")
            let trouble = try await browser.text("return document.querySelector('#trouble').textContent")
            #expect(trouble.hasPrefix("No answer since "))
            #expect(trouble.contains("the server cannot be reached. The values are from "))
            #expect(try await row(browser, "events_total").contains("41 total"))
            server.setSilent(false)
            try await browser.wait("document.querySelector('#trouble').hidden")
        }
    }

    @Test func tenThousandFamiliesAreShownInPartAndThePageSaysSo() async throws {
        let bench = Bench()
        for index in 0..<10_000 {
            try Counter(validating: "family_\(index)_total", help: "Number \(index).", in: bench.registry).increment()
        }
        try await browse(bench) { browser, _ in
            try await browser.wait("document.body.dataset.polls >= 1")
            let count = try await browser.text("return document.querySelector('#count').textContent")
            #expect(count == "the first 1,000 of 10,000 series: search to narrow them")
            #expect(try await browser.number("return document.querySelectorAll('.family').length") == 200)
            let more = try await browser.text("return document.querySelector('#more').textContent")
            #expect(more == "Show 200 more families")
            try await browser.press("/", "9", "8", "7", "6")
            try await browser.wait("document.querySelectorAll('.family').length === 1")
            #expect(try await row(browser, "family_9876_total").contains("1 total"))
        }
    }

    @Test func seriesThatComeAndGoAppearAndDisappear() async throws {
        let bench = Bench(history: PageHistory())
        let events = Family<Name, Counter>("events_total", help: "Events.", in: bench.registry)
        events.increment(for: Name(name: "first"))
        bench.record(seconds: 2)
        try await browse(bench) { browser, server in
            try await browser.wait("document.querySelectorAll('.row').length === 1")
            events.remove(Name(name: "first"))
            for name in ["b", "a"] { events.increment(for: Name(name: name)) }
            bench.record(seconds: 2)
            try await browser.wait("document.querySelectorAll('.row').length === 2")
            let names = "[...document.querySelectorAll('.row .text')].map((node) => node.textContent).join()"
            #expect(try await browser.text("return \(names)") == "b,a")
            // A clock that is set back begins the page anew instead of showing negative rates.
            server.betweenAnswers {
                bench.clock.advance(by: .seconds(-3))
                events.increment(by: 5, for: Name(name: "a"))
            }
            try await browser.waitForPolls(2)
            server.betweenAnswers {
                bench.clock.advance(by: .seconds(10))
                events.increment(by: 100, for: Name(name: "a"))
            }
            try await browser.waitForPolls(2)
            #expect(try await row(browser, "name=a").hasPrefix("10/s"))
        }
    }
}

extension Unicode.Scalar.Properties {
    fileprivate var isVisible: Bool {
        ![.control, .format, .lineSeparator, .paragraphSeparator].contains(generalCategory)
    }
}
