import Foundation
import Tally
import TallyHealthcheck
import TallyPage
import TallyTesting
import Testing

@testable import TallyPage

struct ResponseTests {
    private static let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"

    @Test(
        arguments: [
            (browser, "text/html; charset=utf-8"), ("*/*", "text/plain; charset=utf-8"),
            (nil, "text/plain; charset=utf-8"), ("application/json", "application/json"),
            ("text/html;q=0, text/plain", "text/plain; charset=utf-8"), ("nonsense", "text/plain; charset=utf-8"),
        ] as [(String?, String)]
    ) func acceptDecidesTheFormat(_ accept: String?, _ contentType: String) async {
        let answer = await Bench().response(accept)
        #expect(answer.status == 200)
        #expect(answer.headers.first?.name == "Content-Type")
        #expect(answer.headers.first?.value == contentType)
        #expect(answer.header("Vary") == "Accept")
    }

    @Test func thePageIsOneDocumentOfAtMost60KilobytesAndNamesNoOtherServer() async {
        let answer = await Bench().response(Self.browser)
        #expect(answer.body.count <= 60_000, "\(answer.body.count) bytes")
        let html = String(decoding: answer.body, as: UTF8.self)
        let addresses = html.matches(of: /(https?:)?\/\/[a-z]+\.[a-z.0-9]+/).map { String($0.output.0) }
        // A namespace is a name, which nobody fetches.
        #expect(Set(addresses) == ["http://www.w3.org"])
        #expect(!html.contains(" src="))
        #expect(!html.contains("@import"))
        for sink in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"] {
            #expect(!html.contains(sink))
        }
    }

    @Test func thePolicyPermitsTheBytesOfTheStyleAndTheScriptAndNoOthers() async throws {
        let answer = await Bench().response(Self.browser)
        let html = String(decoding: answer.body, as: UTF8.self)
        let policy = try #require(answer.header("Content-Security-Policy"))
        #expect(policy.hasPrefix("default-src 'none'; "))
        #expect(!policy.contains("unsafe"))
        for (tag, directive) in [("style", "style-src"), ("script type=\"module\"", "script-src")] {
            let parts = html.components(separatedBy: "<\(tag)>")
            try #require(parts.count == 2)
            let end = try #require(parts[1].range(of: "</\(tag.prefix { $0 != " " })>"))
            let hash = SHA256.base64(SHA256.hash(Array(parts[1][..<end.lowerBound].utf8)))
            #expect(policy.contains("\(directive) 'sha256-\(hash)';"))
        }
        #expect(!html.contains(" style=") && !html.contains(" onclick="))
    }

    @Test(arguments: [browser, "application/json", "*/*"])
    func everyAnswerForbidsSniffingReferrersAndFrames(_ accept: String) async throws {
        let answer = await Bench().response(accept)
        #expect(answer.header("X-Content-Type-Options") == "nosniff")
        #expect(answer.header("Referrer-Policy") == "no-referrer")
        #expect(answer.header("Cross-Origin-Resource-Policy") == "same-origin")
        let policy = try #require(answer.header("Content-Security-Policy"))
        #expect(policy.contains("default-src 'none'"))
        #expect(policy.contains("frame-ancestors 'none'"))
    }

    @Test func aPollGetsTheSameTagUntilSomethingIsCounted() async throws {
        let bench = Bench()
        let counter = Counter("events_total", help: "Events.", in: bench.registry)
        let tag = try #require(await bench.response().header("ETag"))
        bench.clock.advance(by: .milliseconds(2_500))
        let unchanged = await bench.response(ifNoneMatch: "\"other\", W/\(tag)")
        #expect(unchanged.status == 304)
        #expect(unchanged.body.isEmpty)
        // Rates need the time even if nothing has changed.
        #expect(unchanged.header("Tally-Clock") == "2500")
        counter.increment()
        let changed = await bench.response(ifNoneMatch: tag)
        #expect(changed.status == 200)
        #expect(changed.header("ETag") != tag)
    }

    @Test func aReadingIsNoScrape() async throws {
        let bench = Bench(ownMetrics: true)
        ObservedGauge("depth", help: "Depth.", in: bench.registry) { 4 }
        _ = bench.registry.exposition()
        let before = "\(bench.registry.exposition())"
        for _ in 0..<3 { _ = await bench.response() }
        #expect("\(bench.registry.exposition())" == before)
        #expect(try await bench.document().series("depth")?.v == [.number(4)])
    }

    @Test(.timeLimit(.minutes(10)))
    func pollsShareAReadingAndBlockNoThreadOfTheirCallers() async {
        let bench = Bench()
        let gate = DispatchSemaphore(value: 0)
        let calls = Locked(0)
        ObservedGauge("depth", help: "Depth.", in: bench.registry) {
            calls.withLock { $0 += 1 }
            gate.wait()
            return 4
        }
        let executor = ThreadExecutor()
        // All three are in the queue of one thread, which the polls must leave to the one that ends their wait.
        await Task(executorPreference: executor) {
            let polls = (0..<2).map { _ in Task(executorPreference: executor) { await bench.text() } }
            let other = Task(executorPreference: executor) { _ = gate.signal() }
            await other.value
            for poll in polls { #expect(await poll.value.contains("\ndepth 4\n")) }
        }.value
        #expect(calls.withLock { $0 } == 1)
    }

    private struct Rows: AsyncMetricCollector {
        static let rows = CollectedFamily.gauge("rows", help: "Rows.")
        var families: [CollectedFamily] { [Self.rows] }
        func collect(into samples: inout CollectedSamples) async { samples.set(Self.rows, to: 12.5) }
    }

    @Test func asynchronousCollectorsAreShown() async throws {
        let bench = Bench()
        bench.registry.register(Rows())
        #expect(try await bench.document().series("rows")?.v == [.number(12.5)])
    }
}

extension PageResponse {
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
