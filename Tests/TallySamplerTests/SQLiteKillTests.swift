#if SQLite
import Foundation
import TallyTestSupport
import Testing

@testable import TallySampler

@Suite(.timeLimit(.minutes(20)))
struct SQLiteKillTests {
    @Test(.enabled(if: HistoryBench.hasProgram || Program.isRequired, "needs sqlite3"))
    func everyTickIsWholeOrAbsentAfterFiftyKills() async throws {
        let bench = try HistoryBench()
        var newest = 0
        var killed = 0
        for round in 0..<50 {
            let victim = try Program(Program.built("TallySamplingVictim"), [bench.path])
            _ = try await victim.line(containing: "it samples")
            // The program has written since the last kill, and is still writing.
            let progress = newest + 60 * (round % 5)
            while try Int(bench.sqlite("SELECT IFNULL(MAX(ts), 0) FROM host_sample")) ?? 0 <= progress {
                try Task.checkCancellation()
            }
            killed += victim.stop(SIGKILL) == SIGKILL ? 1 : 0

            // One run of sqlite3, because its start dominates: sound file, no torn tick, no sample without its series.
            let found = try bench.sqlite(
                """
                PRAGMA integrity_check;
                SELECT COUNT(*) FROM (SELECT ts, COUNT(*) AS n FROM container_sample GROUP BY ts)
                    FULL OUTER JOIN host_sample USING (ts) WHERE n IS NOT 50 OR series IS NULL;
                SELECT COUNT(*) FROM container_sample WHERE series NOT IN (SELECT id FROM series);
                SELECT MAX(ts) FROM host_sample;
                """
            ).split(separator: "\n")
            #expect(found.prefix(3) == ["ok", "0", "0"])
            newest = try #require(found.last.flatMap { Int($0) })
        }
        print("SQLite: killed \(killed) times, \((newest - 1_800_000_000) / 60) ticks")
        #expect(killed == 50)
    }
}
#endif
