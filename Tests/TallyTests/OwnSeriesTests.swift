import Dispatch
import Foundation
import TallyTestSupport
import Testing

@testable import Tally

/// The registry's own series about a family disappear when the family is unregistered.
struct OwnSeriesTests {
    let registry = MetricRegistry()

    private struct Failing: MetricCollector {
        struct Failure: Error {}
        var families: [CollectedFamily] { [.gauge("broken", help: "")] }
        func collect(into samples: inout CollectedSamples) throws { throw Failure() }
    }

    private struct Overflowing: MetricCollector {
        let family = CollectedFamily.counter("many_total", help: "", labelNames: ["n"], maxChildren: 1)
        var families: [CollectedFamily] { [family] }
        func collect(into samples: inout CollectedSamples) {
            for number in 0..<3 { samples.set(family, ["\(number)"], to: 1) }
        }
    }

    /// The lines of the registry's own metrics about a family.
    private func labelled(_ name: String) throws -> [String] {
        String(decoding: registry.exposition().body, as: UTF8.self).split(separator: "\n")
            .filter { $0.hasPrefix("tally_") && $0.contains("\"\(name)") }.map(String.init)
    }

    private func overflow(_ name: String) throws -> Family<Path, Counter> {
        let family = try Family<Path, Counter>(validating: name, help: "", maxChildren: 1, in: registry)
        for path in ["/a", "/b", "/c"] { family[Path(path: path)].increment() }
        return family
    }

    @Test func unregisteredFamiliesLeaveNoOverflowSeries() throws {
        for number in 0..<2000 {
            _ = try overflow("f\(number)_total")
            if number % 100 == 0 { #expect(try labelled("f\(number)_total").count == 2) }
            registry.unregister("f\(number)_total")
        }
        #expect(try labelled("f").isEmpty)
        let storages = registry.families().map(\.storage)
        #expect(storages.reduce(0) { $0 + $1.liveCount } < 20, "no hidden series remain either")
    }

    @Test func aReregisteredNameStartsFromZero() throws {
        for _ in 0..<3 {
            _ = try overflow("hits_total")
            #expect(try registry.parsed()["tally_family_overflow_total", ("family", "hits_total")] == "2")
            registry.unregister("hits_total")
            #expect(try labelled("hits").isEmpty)
        }
    }

    @Test func unregisteredActiveUsersLeaveNoOverflowSeries() throws {
        let users = ActiveUsers("users", help: "", windows: [.seconds(60)], maxUsers: 1, in: registry)
        for user in ["a", "b"] { users.record(user) }
        #expect(try labelled("users") == ["tally_active_users_overflow{metric=\"users\"} 1"])
        registry.unregister("users")
        #expect(try labelled("users").isEmpty)
    }

    @Test func unregisteredCollectorsLeaveNoErrorSeries() throws {
        registry.register(Failing())
        for errors in 1...2 {
            #expect(try labelled("broken") == ["tally_scrape_errors_total{family=\"broken\"} \(errors)"])
        }
        registry.unregister("broken")
        #expect(try labelled("broken").isEmpty)
        registry.register(Failing())
        #expect(try labelled("broken") == ["tally_scrape_errors_total{family=\"broken\"} 1"])
    }

    @Test func overflowOfACollectorAddsUpWhileItIsRegistered() throws {
        registry.register(Overflowing())
        for scrape in 1...3 {
            let total = try registry.parsed()["tally_family_overflow_total", ("family", "many_total")]
            #expect(total == "\(2 * scrape)")
        }
        registry.unregister("many_total")
        #expect(try labelled("many").isEmpty)
    }

    @Test func scrapesDuringUnregistrationLeaveNoSeries() async throws {
        let registry = registry
        try await onThread {
            let done = DispatchGroup()
            for thread in 0..<4 {
                done.enter()
                Thread.detachNewThread {
                    for round in 0..<100 {
                        let name = "f\(thread)x\(round)_total"
                        let family = try? Family<Path, Counter>(
                            validating: name,
                            help: "",
                            maxChildren: 1,
                            in: registry
                        )
                        for path in ["/a", "/b", "/c"] { family?[Path(path: path)].increment() }
                        _ = registry.exposition()
                        registry.unregister(name)
                    }
                    done.leave()
                }
            }
            done.wait()
            #expect(!registry.text.contains("family=\"f"))
        }
    }

    @Test func everyScrapeCountsItsOwnSamples() async throws {
        let registry = registry
        let family = Family<Path, Gauge>("depth", help: "", maxChildren: 1000, in: registry)
        try await onThread {
            let done = DispatchGroup()
            for thread in 0..<4 {
                done.enter()
                Thread.detachNewThread {
                    for round in 0..<200 {
                        family[Path(path: "/\(thread)/\(round % 20)")].set(1)
                        let text = try? registry.parsed()
                        #expect(text?["tally_series"] == (text?.samples.count).map(String.init))
                    }
                    done.leave()
                }
            }
            done.wait()
        }
    }
}
