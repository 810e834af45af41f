import Dispatch
import Foundation
import TallyTesting
import Testing

@testable import Tally

/// Closures of the host cannot block or break a scrape.
struct HostCallTests {
    private let registry = MetricRegistry()

    /// - Parameter timeout: Half of it is the time that a scrape waits for the first closure that hangs.
    private func scrape(within timeout: Duration = .seconds(4)) -> String {
        String(decoding: registry.exposition(for: ScrapeRequest(timeout: timeout)).body, as: UTF8.self)
    }

    private func errors(_ family: String) throws -> String? {
        try ParsedText(registry.exposition(for: ScrapeRequest(names: ["tally_scrape_errors_total"])))[
            "tally_scrape_errors_total",
            ("family", family)
        ]
    }

    private struct Collector: MetricCollector {
        static let family = CollectedFamily.gauge("b_collected", help: "")
        let body: @Sendable () -> Double
        var families: [CollectedFamily] { [Self.family] }
        func collect(into samples: inout CollectedSamples) { samples.set(Self.family, to: body()) }
    }

    /// Registers a closure that hangs until the gate opens, and another one that does not.
    private func register(_ kind: String, hangingAt gate: DispatchSemaphore, _ asked: Holder<Int>) {
        let body: @Sendable () -> Double = {
            asked.value += 1
            gate.wait()
            gate.signal()
            return 1
        }
        if kind == "gauge" {
            ObservedGauge("b_collected", help: "", in: registry, body)
        } else {
            registry.register(Collector(body: body))
        }
        ObservedGauge("c_depth", help: "", in: registry) { 7 }
        Counter("a_total", help: "", in: registry).increment()
    }

    @Test(.timeLimit(.minutes(5)), arguments: ["gauge", "collector"])
    func aHungClosureCostsOnlyItsOwnFamily(_ kind: String) throws {
        let gate = DispatchSemaphore(value: 0)
        let asked = Holder(0)
        register(kind, hangingAt: gate, asked)
        for _ in 0..<2 {
            let text = scrape()
            #expect(text.contains("\nc_depth 7\n"))
            #expect(text.contains("\na_total 1\n"))
            #expect(!text.contains("\nb_collected"))
        }
        // Never run twice at once, so at most one thread hangs per closure.
        #expect(asked.value == 1)
        #expect(try errors("b_collected") == "2")
        gate.signal()
        while !scrape().contains("\nb_collected 1\n") {}
        #expect(try errors("c_depth") == nil)
    }

    @Test(.timeLimit(.minutes(5)))
    func aLongHungClosureIsNotAwaited() {
        let gate = DispatchSemaphore(value: 0)
        let asked = Holder(0)
        register("gauge", hangingAt: gate, asked)
        // After this timeout, at least a second, the closure counts as hung and later scrapes do not join its run.
        _ = scrape(within: .seconds(3))
        let clock = ContinuousClock()
        let time = clock.measure { _ = scrape(within: .seconds(600)) }
        #expect(time < .seconds(300))
        #expect(asked.value == 1)
        gate.signal()
    }

    @Test(.timeLimit(.minutes(5)), arguments: ["gauge", "collector"])
    func aReaderThatGivesUpSoonCostsNoScrapeItsFamily(_ kind: String) {
        let gate = DispatchSemaphore(value: 0)
        register(kind, hangingAt: gate, Holder(0))
        let clock = ContinuousClock()
        let start = clock.now
        // Waits for half of it, after which a scrape's own run would count as hung.
        _ = registry.reading(within: .seconds(2))
        let isAsked = DispatchSemaphore(value: 0)
        ObservedGauge("a_probe", help: "", in: registry) {
            isAsked.signal()
            return 1
        }
        Thread.detachNewThread {
            isAsked.wait()
            gate.signal()
        }
        let text = scrape(within: .seconds(600))
        // After ten seconds, which a starved machine may take, the closure does count as hung.
        guard start.duration(to: clock.now) < .seconds(9) else { return }
        #expect(text.contains("\nb_collected 1\n"))
    }

    @Test func aReaderSeldomCallsAClosureThatIsTooSlowForIt() {
        let clock = ManualClock()
        let registry = MetricRegistry(clock: clock)
        let asked = Holder(0)
        ObservedGauge("depth", help: "", in: registry) {
            asked.value += 1
            clock.advance(by: .seconds(3))
            return 1
        }
        for _ in 0..<60 {
            _ = registry.reading(within: .milliseconds(500))
            clock.advance(by: .seconds(1))
        }
        // At the start, and when ten times its duration has passed since.
        #expect(asked.value == 2)
        // Scrapes always call it, and so do readers with the time for it.
        _ = registry.exposition()
        _ = registry.reading(within: .seconds(20))
        #expect(asked.value == 4)
    }

    @Test(.timeLimit(.minutes(5)), arguments: ["gauge", "collector"])
    func aNestedScrapeOnAnotherThreadSkipsTheRunningClosure(_ kind: String) throws {
        let registry = registry
        let inner = Holder("")
        let depth = Holder(0)
        let body: @Sendable () -> Double = {
            depth.value += 1
            let done = DispatchSemaphore(value: 0)
            Thread.detachNewThread {
                let request = ScrapeRequest(timeout: .milliseconds(50))
                inner.value = String(decoding: registry.exposition(for: request).body, as: UTF8.self)
                done.signal()
            }
            done.wait()
            return 5
        }
        Counter("a_total", help: "", in: registry).increment()
        if kind == "gauge" {
            ObservedGauge("b_collected", help: "", in: registry, body)
        } else {
            registry.register(Collector(body: body))
        }
        #expect(scrape(within: .seconds(600)).contains("\nb_collected 5\n"))
        #expect(depth.value == 1)
        #expect(inner.value.contains("\na_total 1\n"))
        #expect(!inner.value.contains("\nb_collected"))
        #expect(try errors("b_collected") == "1")
    }

    @Test(.timeLimit(.minutes(5)), arguments: ["gauge", "collector"])
    func aNestedScrapeExposesNoValueOfTheRunningClosure(_ kind: String) throws {
        let registry = registry
        let inner = Holder<[String]>([])
        let body: @Sendable () -> Double = {
            inner.value.append(String(decoding: registry.exposition().body, as: UTF8.self))
            return 5
        }
        if kind == "gauge" {
            ObservedGauge("b_collected", help: "", in: registry, body)
        } else {
            registry.register(Collector(body: body))
        }
        for _ in 0..<2 { #expect(scrape(within: .seconds(600)).contains("\nb_collected 5\n")) }
        // Neither zero at first, nor the last value afterwards, whose age is unknown.
        #expect(inner.value.count == 2)
        #expect(inner.value.allSatisfy { !$0.contains("\nb_collected") })
    }

    @Test(.timeLimit(.minutes(5)))
    func concurrentScrapesShareAnAnswer() {
        let entered = DispatchSemaphore(value: 0)
        let gate = DispatchSemaphore(value: 0)
        let asked = Holder(0)
        ObservedGauge("depth", help: "", in: registry) {
            asked.value += 1
            entered.signal()
            gate.wait()
            return 4
        }
        let registry = registry
        let texts = Locked<[String]>([])
        let done = DispatchSemaphore(value: 0)
        for _ in 0..<4 {
            Thread.detachNewThread {
                let request = ScrapeRequest(timeout: .seconds(600))
                let text = String(decoding: registry.exposition(for: request).body, as: UTF8.self)
                texts.withLock { $0.append(text) }
                done.signal()
            }
        }
        entered.wait()
        gate.signal()
        // Scrapes that come too late for the first run start another one.
        for _ in 0..<4 { gate.signal() }
        for _ in 0..<4 { done.wait() }
        #expect(texts.withLock { $0 }.allSatisfy { $0.contains("\ndepth 4\n") })
        #expect((1...4).contains(asked.value))
    }
}
