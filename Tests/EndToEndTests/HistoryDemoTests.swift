#if Listener && SQLite
import Foundation
import TallyTestSupport
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// The demo shows this machine's history, and stores it in a file.
@Suite(.timeLimit(.minutes(20)))
struct HistoryDemoTests {
    private static let sqlite = Program.find("sqlite3")

    private func text(_ url: URL) async throws -> String {
        let (body, _) = try await URLSession.shared.data(from: url)
        return String(decoding: body, as: UTF8.self)
    }

    @Test(.enabled(if: sqlite != nil || Program.isRequired, "needs sqlite3"))
    func theDemoShowsTheUsageOfTheMachine() async throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "history.sqlite").path
        let demo = try Program(
            Program.built("tally-demo"),
            ["--port", "0", "--rounds", "10", "--history", file]
        )
        let line = try await demo.line(containing: "History of this machine at http://")
        #expect(line.hasSuffix("kept in \(file)"))
        let words = line.split(separator: " ")
        let url = try URL.required(String(try #require(words.first { $0.hasPrefix("http://") }).dropLast()))
        // The first sample is taken after three seconds. A page requested meanwhile has only the columns that were read
        // after it.
        var page = ""
        func isFilled() -> Bool {
            page.split(separator: "\n").dropFirst().contains { $0.split(separator: " ").count >= 4 }
        }
        let start = ContinuousClock.now
        while !isFilled(), start.duration(to: .now) < .seconds(240) {
            try await onThread { _ = usleep(20_000) }
            page = try await text(url)
        }
        try #require(isFilled(), "\(page)")
        let titles = page.prefix { $0 != "\n" }
        #expect(titles.contains("host cpu %") && titles.contains("demo MiB"))

        let metrics = try await text(try URL.required("\(url)".replacing("/history", with: "/metrics")))
        for name in ["node_load1 ", "node_memory_MemTotal_bytes ", "tally_sampler_ticks_total ", "process_open_fds "] {
            #expect(metrics.contains("\n\(name)"), "\(name)")
        }
        print("The machine as the demo shows it:\n\(page)")
        #expect(demo.stop(SIGINT) == 0)
        let check = try Program.run(
            try Program.require("sqlite3"),
            [file, "PRAGMA integrity_check; SELECT count(*) > 0 FROM series;"]
        )
        #expect(check.text == "ok\n1\n", "\(check.text) \(check.errorText)")
    }
}
#endif
