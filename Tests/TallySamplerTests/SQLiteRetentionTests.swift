#if SQLite
import Foundation
import GRDB
import TallyTestSupport
import TallyTesting
import Testing

@testable import TallySampler

@Suite(.timeLimit(.minutes(5)))
struct SQLiteRetentionTests {
    private let bench: HistoryBench

    init() throws {
        bench = try HistoryBench()
    }

    @Test func theFileStaysBoundedOverThousandsOfTicks() async throws {
        let history = try bench.open()
        var largest = 0
        for number in 1...4_000 {
            let time = Int64(number) * 15
            try await history.append(.example(time, containers: 20))
            try await history.prune(before: time - 1800)
            if number == 500 { largest = bench.bytes() }
        }
        #expect(await history.status().rows == 121 * 21)
        #expect(bench.bytes() <= largest + 65_536, "\(largest) bytes after 500 ticks, \(bench.bytes()) after 4000")
        // Emptied before a tick once it exceeds 6 MiB.
        #expect(bench.bytes("-wal") <= 7 << 20)
    }

    @Test func theLogGrowsLittlePerTick() async throws {
        let history = try bench.open()
        for number in 1...600 {
            try await history.append(.example(Int64(number) * 15, containers: 50))
            try await history.prune(before: Int64(number - 480) * 15)
        }
        // The log is emptied before each tick, to measure each one alone.
        let file = try DatabaseQueue(path: bench.path)
        var log = 0
        for number in 601...620 {
            try emptyLog(file)
            try await history.append(.example(Int64(number) * 15, containers: 50))
            try await history.prune(before: Int64(number - 480) * 15)
            log += bench.bytes("-wal")
        }
        let clock = ContinuousClock()
        let ticks = try await clock.measure {
            for number in 621...820 {
                try await history.append(.example(Int64(number) * 15, containers: 50))
                try await history.prune(before: Int64(number - 480) * 15)
            }
        }
        let query = HistoryQuery(
            metric: .cpuPercent,
            subject: .container("c7"),
            from: 820 * 15 - 7200,
            through: .max,
            bucketSeconds: 60
        )
        let asked = try await clock.measure {
            for _ in 0..<20 {
                let points = try await history.history(query)
                #expect(points.count >= 120)
            }
        }
        print(
            "SQLite: \(log / 20 / 1024) KB of log a tick of 50 containers, \(ticks / 200) a tick and its pruning,",
            "\(asked / 20) a query over two hours, \(bench.bytes() / 1024) KB of file"
        )
        // One table of 50 rows takes 42 KB; the pages of the host and the series come on top.
        #expect(log / 20 < 80 << 10)
    }

    @Test func manyRowsArePrunedInSeveralCalls() async throws {
        let history = try bench.open { $0.pruneRows = 100 }
        for number in 1...200 { try await history.append(.example(Int64(number), containers: 10)) }
        try await history.prune(before: 180)
        let left = await history.status().rows ?? 0
        #expect(left > 1_500, "one call deletes a few hundred rows")
        for _ in 0..<30 { try await history.prune(before: 180) }
        #expect(await history.status().rows == 21 * 11)
    }

    @Test func seriesAreRemovedWithTheirLastSample() async throws {
        let history = try bench.open()
        for number in 0..<1000 {
            try await history.append(.cpu(Int64(number) * 60, 1, of: "job", in: "run \(number)"))
            try await history.prune(before: Int64(number) * 60 - 3600)
        }
        for _ in 0..<5 { try await history.prune(before: 1000 * 60 - 3600) }
        // An hour of samples, plus the hour by which the removal of a series may lag.
        #expect(try count("series") <= 122)
        #expect(try count("series") >= 60)
        let orphans = try count("container_sample WHERE series NOT IN (SELECT id FROM series)")
        #expect(orphans == 0)
    }

    /// While pruning lags, no series may be removed before its samples.
    @Test func noSampleLosesItsSeries() async throws {
        let history = try bench.open { $0.pruneRows = 10 }
        for number in 0..<300 { try await history.append(.cpu(Int64(number) * 60, 1, of: "job", in: "run \(number)")) }
        try await history.append(.cpu(100_000, 1))
        try await history.prune(before: 100_000)
        #expect(try count("container_sample WHERE series NOT IN (SELECT id FROM series)") == 0)
        #expect(try count("container_sample") > 200)
    }

    @Test func theFileShrinksWhenManyPagesAreFree() async throws {
        let history = try bench.open()
        for number in 1...1_500 { try await history.append(.example(Int64(number), containers: 50)) }
        await history.close()
        let before = bench.bytes()
        let again = try bench.open()
        for _ in 0..<40 { try await again.prune(before: 1_490) }
        await again.close()
        // Fewer than 256 pages, or a quarter of the file, stay free.
        #expect(bench.bytes() < before / 2, "\(before) bytes, then \(bench.bytes())")
        #expect(bench.bytes() < 2 << 20)
    }

    @Test func timesFarInTheFutureAreIgnoredAndRemoved() async throws {
        let history = try bench.open()
        for time in [1_800_000_000, 1_800_000_015, 1_800_100_000, 1_900_000_000] as [Int64] {
            try await history.append(.cpu(time, 1))
        }
        await history.close()

        let again = try bench.open()
        #expect(try await again.newestTime() == 1_800_000_015)
        try await again.prune(before: 1_800_000_000)
        #expect(try count("container_sample") == 4, "a clock may be wrong until the network is up")
        bench.clock.advance(by: .seconds(86_401))
        try await again.prune(before: 1_800_000_000)
        #expect(try count("container_sample") == 2)
        #expect(await again.status().rows == 2)
    }

    private func emptyLog(_ file: DatabaseQueue) throws {
        _ = try file.writeWithoutTransaction { try Row.fetchAll($0, sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
    }

    private func count(_ rows: String) throws -> Int {
        let queue = try DatabaseQueue(path: bench.path)
        defer { try? queue.close() }
        return try queue.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM \(rows)") ?? 0 }
    }
}
#endif
