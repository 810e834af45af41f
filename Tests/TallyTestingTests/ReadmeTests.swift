import Foundation
import Tally
import TallyTesting
import Testing

/// The README's section "Test your metrics" is true: what stands between the marks stands there too.
struct ReadmeTests {
    // README
    @Test func lettersAreCountedAndTimed() async throws {
        let clock = ManualClock()
        let registry = MetricRegistry(clock: clock)
        let sent = Counter("mail_sent_total", help: "Letters sent.", in: registry)
        let wait = Histogram("mail_wait_seconds", help: "Time to send.", buckets: [0.5, 5], in: registry)
        wait.time { clock.advance(by: .seconds(2)) }
        sent.increment()

        #expect(try registry.value(of: "mail_sent_total") == 1)
        #expect(try registry.histogram(of: "mail_wait_seconds")?.counts == [0, 1, 0])
        try registry.expect(text: "mail_sent_total 1", of: ["mail_sent_total"])
        try registry.expectNoLint()
    }
    // END

    @Test func theReadmeShowsTheExampleAbove() throws {
        func lines(_ path: String) throws -> String {
            let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: path)
            return try String(contentsOf: url, encoding: .utf8)
        }
        let source = try lines("ReadmeTests.swift").split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(source.firstIndex(of: "    // README"))
        let end = try #require(source.firstIndex(of: "    // END"))
        let example = source[(start + 1)..<end].map { $0.hasPrefix("    ") ? $0.dropFirst(4) : $0 }
        #expect(try lines("../../README.md").contains(example.joined(separator: "\n")))
    }
}
