import Foundation
import Tally
import TallyHealthcheck
import TallyPage
import Testing

struct DocumentTests {
    struct Name: LabelSet {
        var name: String
        static let schema: [Label<Self>] = [Label("name", \.name)]
    }

    /// Label values that try to be something else than text.
    static let hostile = [
        #"<script>document.title="owned"</script>"#, #"<img src=x onerror="document.title='owned'">"#,
        #"</script><script>document.title="owned"</script>"#, "\u{202E}evil\u{202C}", "שלום עולם",
        "zero\u{200B}width",
        "nul\u{0}byte", "line\nfeed", #"quo"te and back\slash"#, "\u{1B}[31mred\u{7}", "\u{FFFD}\u{FEFF}\u{E0001}",
        String(repeating: "x", count: 1_024), String(repeating: "é", count: 512), "", " ", "\u{2028}",
    ]

    @Test func labelValuesArriveAsTheyWereCounted() async throws {
        let bench = Bench()
        let events = Family<Name, Counter>("events_total", help: "Events.", in: bench.registry)
        for (index, name) in Self.hostile.enumerated() { events.increment(by: index + 1, for: Name(name: name)) }
        let document = try await bench.document()
        for (index, name) in Self.hostile.enumerated() {
            let series = document.families.first?.series.first { Array($0.l[0].utf8) == Array(name.utf8) }
            #expect(series?.v == [.number(Double(index + 1))], "\(name.debugDescription)")
        }
    }

    @Test func aTerminalGetsNoControlCharacters() async {
        let bench = Bench()
        let events = Family<Name, Counter>("events_total", help: "Events.", in: bench.registry)
        for name in Self.hostile { events.increment(for: Name(name: name)) }
        let text = await bench.text()
        let bad = text.unicodeScalars.filter {
            $0 != "\n" && [.control, .format, .lineSeparator].contains($0.properties.generalCategory)
        }
        #expect(bad.isEmpty)
        #expect(text.contains(#"events_total{name="nul\u{0}byte"} 1"#))
        #expect(text.contains(#"\u{1b}[31mred"#))
    }

    @Test func textHasHealthLimitsRatesAndQuantiles() async throws {
        let healthcheck = try Healthcheck(
            ServiceInfo(name: "chat", version: "1"),
            [.check("disk", critical: false, timeout: .seconds(600)) { throw CancellationError() }],
            readinessDeadline: .seconds(600),
            wallClock: { 1_789_999_988 }
        )
        let bench = Bench(healthcheck: healthcheck, history: PageHistory())
        let counter = Counter("events_total", help: "Events.", in: bench.registry)
        let latency = Histogram("latency_seconds", help: "Latency.", buckets: [0.1, 0.2], in: bench.registry)
        let events = Family<Name, Counter>("names_total", help: "Names.", maxChildren: 2, in: bench.registry)
        for index in 0..<5 { events.increment(for: Name(name: "\(index)")) }
        latency.observe(0.15)
        bench.record(seconds: 2) { _ in counter.increment(by: 3) }
        let text = await bench.text()
        #expect(text.hasPrefix("health: warn\n  disk: fail, error, not critical, for 12 s\n"))
        #expect(text.contains("\n  names_total is full: 2 of 2 children, 3 lookups turned away\n"))
        #expect(text.contains("\nevents_total 6 (3/s)\n"))
        #expect(text.contains("\nlatency_seconds_count 1\n"))
        #expect(text.contains("\n  since boot: p50 0.15, p90 0.19, p99 0.199\n"))
    }

    @Test func numbersThatABrowserCannotHoldAreText() async throws {
        let bench = Bench()
        let counter = Counter("events_total", help: "Events.", in: bench.registry)
        counter.increment(by: Int.max)
        let gauges = [Double.nan, .infinity, -.infinity, -0.5, 1e300].enumerated().map { index, value in
            (try? Gauge(validating: "g\(index)", help: "G.", in: bench.registry))?.set(value)
        }
        #expect(gauges.count == 5)
        let document = try await bench.document()
        #expect(document.series("events_total")?.v == [.text("9223372036854775807")])
        #expect(document.series("g0")?.v == [.text("NaN")])
        #expect(document.series("g1")?.v == [.text("+Inf")])
        #expect(document.series("g2")?.v == [.text("-Inf")])
        #expect(document.series("g3")?.v == [.number(-0.5)])
        #expect(document.series("g4")?.v == [.number(1e300)])
    }

    @Test func searchFindsNamesHelpAndLabels() async throws {
        let bench = Bench()
        let events = Family<Name, Counter>("events_total", help: "Things that happen.", in: bench.registry)
        for name in ["Lobby", "café", "a b&c"] { events.increment(for: Name(name: name)) }
        Gauge("depth", help: "Depth.", in: bench.registry).set(1)
        for (query, count) in [
            ("q=lobby", 1), ("q=LOBBY+events", 1), ("q=happen", 3), ("q=caf%C3%A9", 1), ("q=depth+lobby", 0),
            ("q=a+b%26c", 1), ("q=", 4), ("q=%", 0), ("q=name%3D%22lobby%22", 1), ("nothing", 4),
        ] {
            let document = try await bench.document(query)
            #expect(document.found == count, "\(query)")
            #expect(document.shown == count, "\(query)")
        }
    }

    @Test func tenThousandFamiliesAreCutAndCounted() async throws {
        let bench = Bench()
        for index in 0..<10_000 {
            try Counter(validating: "family_\(index)_total", help: "Number \(index).", in: bench.registry).increment()
        }
        let document = try await bench.document()
        #expect(document.found == 10_000)
        #expect(document.shown == 1_000)
        #expect(document.families.count == 1_000)
        let found = try await bench.document("q=family_9999_")
        #expect(found.families.map(\.name) == ["family_9999_total"])
    }

    @Test func aFamilyPastItsLimitComesFirst() async throws {
        let bench = Bench()
        let large = Family<Name, Counter>("large_total", help: "Large.", in: bench.registry)
        let full = Family<Name, Counter>("small_total", help: "Small.", maxChildren: 10, in: bench.registry)
        for index in 0..<500 { large.increment(for: Name(name: "\(index)")) }
        for index in 0..<110 { full.increment(for: Name(name: "\(index)")) }
        let families = try await bench.document().limits.families
        #expect(families.map(\.name) == ["small_total", "large_total"])
        #expect(families[0].max == 10)
        #expect(families[0].lookups == 100)
        #expect((80...120).contains(families[0].sets))
        #expect(families[1].lookups == 0)
    }

    @Test func theFullestFamiliesComeBeforeTheLargest() async throws {
        let bench = Bench()
        let large = Family<Name, Counter>("large_total", help: "Large.", maxChildren: 1_000, in: bench.registry)
        let small = Family<Name, Counter>("small_total", help: "Small.", maxChildren: 10, in: bench.registry)
        for index in 0..<100 { large.increment(for: Name(name: "\(index)")) }
        for index in 0..<9 { small.increment(for: Name(name: "\(index)")) }
        #expect(try await bench.document().limits.families.map(\.name) == ["small_total", "large_total"])
    }

    @Test func nativeHistogramsAreKnown() async throws {
        let bench = Bench(history: PageHistory())
        let native = Histogram("native_seconds", help: "Native.", native: .standard, in: bench.registry)
        _ = Histogram("classic_seconds", help: "Classic.", buckets: [1], in: bench.registry)
        bench.record(seconds: 3) { _ in native.observe(0.5) }
        let document = try await bench.document()
        #expect(document.families.map(\.native) == [nil, true])
        #expect(try #require(document.series("native_seconds")?.h?.first).suffix(2) == [1, 1])
        let text = await bench.text()
        #expect(!text.contains("nan"))
    }

    @Test func checksHaveTheTimeOfTheirLastChange() async throws {
        let wall = Wall()
        let disk = SnapshotProvider.check("disk", timeout: .seconds(600), maxAge: .nanoseconds(1)) {
            if wall.isBad { throw CancellationError() }
        }
        let healthcheck = try Healthcheck(
            ServiceInfo(name: "chat", version: "1"),
            [disk],
            readinessDeadline: .seconds(600),
            wallClock: { wall.now }
        )
        let bench = Bench(healthcheck: healthcheck)
        #expect(try await bench.document().health?.checks.first?.since == 100)
        wall.now = 200
        #expect(try await bench.document().health?.checks.first?.since == 100)
        (wall.now, wall.isBad) = (300, true)
        let failed = try await bench.document().health
        #expect(failed?.status == "fail")
        #expect(failed?.checks.first?.reason == "error")
        #expect(failed?.checks.first?.since == 300)
        wall.now = 400
        #expect(try await bench.document().health?.checks.first?.since == 300)
        (wall.now, wall.isBad) = (500, false)
        #expect(try await bench.document().health?.checks.first?.since == 500)
    }

    @Test func plotsOfTheHostAreShownAndTheirErrorsAreNot() async {
        struct Secret: Error {}
        let good = Bench { last, every in
            [PagePlot("host: CPU", unit: .percent, points: [(100, 12.5), (100 + every.components.seconds, .nan)])]
        }
        let text = String(decoding: await good.response(query: "plots&range=1h").body, as: UTF8.self)
        let plot = #"{"title":"host: CPU","unit":"percent","points":[[100,12.5],[160,null]]}"#
        #expect(text == #"{"found":1,"plots":[\#(plot)]}"#)
        let bad = Bench { _, _ in throw Secret() }
        #expect(String(decoding: await bad.response(query: "plots").body, as: UTF8.self) == #"{"plots":null}"#)
        #expect(String(decoding: await Bench().response(query: "plots").body, as: UTF8.self) == #"{"plots":[]}"#)
    }
}
