import Dispatch
import Foundation
import TallyTestSupport
import Testing

@testable import Tally

/// A scrape exposes a snapshot from its start, whatever other threads do until its last byte is written.
struct SettledScrapeTests {
    let registry = MetricRegistry(ownMetrics: false)

    private func rest(of chunks: ExpositionChunks) throws -> ParsedText {
        try ParsedText(chunks.reduce(into: []) { $0 += $1 })
    }

    @Test func aScrapeExposesTheInfoOfItsStart() throws {
        Info("build", help: "", labels: ["version": "1"], in: registry)
        let chunks = registry.chunks(as: .prometheusText)
        for version in 2..<200 { Info("build", help: "", labels: ["version": "\(version)"], in: registry) }
        #expect(try rest(of: chunks).samples.map(\.labels.first?.value) == [Array("1".utf8)])
        #expect(try registry.parsed().samples.map(\.labels.first?.value) == [Array("199".utf8)])
    }

    @Test func everyScrapeSeesExactlyOneInfo() async throws {
        let registry = registry
        try await onThread {
            Info("build", help: "", labels: ["version": "x"], in: registry)
            let done = DispatchGroup()
            done.enter()
            Thread.detachNewThread {
                for round in 0..<3000 { Info("build", help: "", labels: ["version": "\(round % 5)"], in: registry) }
                done.leave()
            }
            repeat {
                let samples = try registry.parsed().samples
                #expect(samples.count == 1)
            } while done.wait(timeout: .now()) == .timedOut
        }
    }

    @Test func changedChildrenDoNotChangeAScrapeInProgress() throws {
        let family = try Counter.family(
            validating: "c_total",
            help: "",
            labelNames: ["n"],
            maxChildren: 5000,
            in: registry
        )
        for number in 0..<3000 { family[["\(number)"]].increment(by: number) }
        family.remove(["7"])
        let before = try registry.parsed().samples
        let chunks = [0, 1, 2, 3].map { step in
            let chunks = registry.chunks(as: .prometheusText)
            switch step {
            case 0: for number in 0..<2000 { family.remove(["\(number)"]) }
            case 1: for number in 0..<3000 { _ = family[["new \(number)"]] }
            case 2: family.storage.replaceAll(with: ["only"])
            default: family.removeAll()
            }
            return chunks
        }
        #expect(try rest(of: chunks[0]).samples == before)
        #expect(try rest(of: chunks[1]).samples == before.filter { Int($0.value) ?? 0 >= 2000 })
        #expect(try rest(of: chunks[2]).samples.count == 4000)
        #expect(try rest(of: chunks[3]).samples.map(\.labels.first?.value) == [Array("only".utf8)])
        family.storage._checkInvariants()
    }

    @Test func activeUsersAreCountedOncePerScrape() throws {
        let users = ActiveUsers("users", help: "", windows: [.seconds(60), .minutes(60)], in: registry)
        users.record("a")
        let chunks = registry.chunks(as: .prometheusText)
        users.record("b")
        // Another scrape counts again, and must not change the counts of the first one.
        #expect(try registry.parsed().samples.map(\.value) == ["2", "2"])
        #expect(try rest(of: chunks).samples.map(\.value) == ["1", "1"])
    }

    @Test func longerWindowsNeverHaveFewerUsersInConcurrentScrapes() async throws {
        let registry = registry
        let windows = (1...16).map { Window.seconds($0 * 60) }
        let family = try ActiveUsers.family(
            validating: "users",
            help: "",
            labelNames: ["n"],
            windows: windows,
            in: registry
        )
        try await onThread {
            let done = DispatchGroup()
            for scraper in 0..<4 {
                done.enter()
                Thread.detachNewThread {
                    for round in 0..<60 {
                        for child in 0..<10 { family[["\(child)"]].record("\(scraper) \(round)") }
                        guard let text = try? registry.parsed() else { return #expect(Bool(false), "unreadable") }
                        for start in stride(from: 0, to: text.samples.count, by: 16) {
                            let counts = text.samples[start..<(start + 16)].map { Int($0.value) ?? -1 }
                            #expect(counts == counts.sorted())
                        }
                    }
                    done.leave()
                }
            }
            done.wait()
        }
    }
}
