import Tally
import TallyPage
import Testing

/// The sections beside the list of families.
extension BrowserTests {
    @Test func aFamilyPastItsLimitComesFirstAndIsRed() async throws {
        let bench = Bench()
        let large = Family<Name, Counter>("large_total", help: "Large.", in: bench.registry)
        let full = Family<Name, Counter>("small_total", help: "Small.", maxChildren: 10, in: bench.registry)
        for index in 0..<50 {
            large.increment(for: Name(name: "\(index)"))
            full.increment(for: Name(name: "\(index)"))
        }
        try await browse(bench) { browser, _ in
            try await browser.wait("document.body.dataset.polls >= 1")
            let first = try await browser.text("return document.querySelector('#fullest li').innerText")
            #expect(first.contains("small_total"))
            #expect(first.contains("past its limit"))
            let colours = """
                const [bad, good] = [...document.querySelectorAll("#fullest li")].map((li) => li.querySelector("b"));
                const red = getComputedStyle(document.documentElement).getPropertyValue("--fail");
                bad.append(Object.assign(document.createElement("i"), { className: "probe" }));
                document.querySelector(".probe").style.color = red;
                const probe = getComputedStyle(document.querySelector(".probe")).color;
                return getComputedStyle(bad).color === probe && getComputedStyle(good).color !== probe;
                """
            #expect(try await browser.run(colours) as? Bool == true)
        }
    }

    @Test func plotsOfOneTitleAndOfTimesThatGoBackAreAllDrawn() async throws {
        let times: [[Int64]] = [[100, 110, 120], [100, 100, 90, 1_000_000_000_000], [100], []]
        let bench = Bench { _, _ in
            times.map { PagePlot("disk", unit: .bytes, points: $0.map { ($0, 1_024) }) }
        }
        try await browse(bench) { browser, _ in
            try await browser.wait("document.querySelectorAll('#plots figure').length === 4")
            let lines = "[...document.querySelectorAll('#plots .main')].map((path) => path.getAttribute('d') !== '')"
            #expect(try await browser.text("return \(lines).join()") == "true,true,true,false")
        }
    }

    @Test func aNativeHistogramRefersToPrometheus() async throws {
        let bench = Bench(history: PageHistory())
        let native = Histogram("rpc_seconds", help: "Calls.", native: .standard, in: bench.registry)
        bench.record(seconds: 3) { _ in native.observe(0.2) }
        try await browse(bench) { browser, _ in
            try await browser.wait("document.body.dataset.polls >= 1")
            let row = try await row(browser, "rpc_seconds")
            #expect(row.contains("native: see Prometheus"))
            #expect(row.contains("3 in all"))
            try await browser.run("document.querySelector('.copy').click()")
            let query = #"histogram_quantile(0.99, sum(rate(rpc_seconds[5m])))"#
            try await browser.wait("document.querySelector('#toast').textContent.includes('\(query)')")
        }
    }
}
