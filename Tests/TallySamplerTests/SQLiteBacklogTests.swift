#if SQLite
import Foundation
import GRDB
import TallyTestSupport
import TallyTesting
import Testing

@testable import TallySampler

/// The backlog in memory is as much a part of the history as the file.
@Suite(.timeLimit(.minutes(5)))
struct SQLiteBacklogTests {
    /// A history whose folder was removed.
    private let history: SQLiteHistory
    private let bench: HistoryBench

    init() throws {
        bench = try HistoryBench()
        history = try bench.openWithoutFolder()
    }

    private func append(_ times: ClosedRange<Int64>) async throws {
        for time in times { try await history.append(.example(time)) }
    }

    @Test func theBacklogIsPrunedToo() async throws {
        try await append(1...10)
        try await history.prune(before: 6)
        #expect(try await history.history(.cpu(of: .host)).map(\.time) == Array(6...10))
        let status = await history.status()
        #expect(status.backlog == 5)
        #expect(status.rows == 15)
        #expect(status.droppedTicks == 0, "a pruned tick is not a dropped one")
    }

    @Test func theNewestTimeIncludesTheBacklog() async throws {
        #expect(try await history.newestTime() == nil)
        try await append(1...10)
        #expect(try await history.newestTime() == 10)
    }

    @Test func aBacklogThatCannotBeWrittenIsDroppedOnClosing() async throws {
        try await append(1...10)
        await history.close()
        #expect(await history.status().droppedTicks == 10)
        await history.close()
        #expect(await history.status().droppedTicks == 10)
    }

    /// Accepting the tick would drop the whole backlog and the tick itself.
    @Test func aTickLargerThanTheBacklogLimitIsRejected() async throws {
        try await append(1...3)
        let samples = (0...FailureLog.maxSamples).map { number in
            Sample(subject: .container("c"), containerID: "\(number)", values: [.cpuPercent: 1])
        }
        let error = await #expect(throws: HistoryError.self) {
            try await history.append(HistoryTick(time: 4, samples: samples))
        }
        #expect(error?.code == .tooLarge)
        #expect(await history.status().backlog == 3)
        try await history.append(HistoryTick(time: 5, samples: samples.dropLast()))
        #expect(await history.status().backlog == 1)
        #expect(await history.status().droppedTicks == 3)
    }

    /// While ticks move from memory to the file, each one is in the answer exactly once.
    @Test func aQueryDuringAFlushCountsEachTickOnce() async throws {
        for _ in 0..<20 {
            let bench = try HistoryBench()
            let history = try bench.openWithoutFolder { $0.busyTimeout = .seconds(60) }
            for time in 1...50 { try await history.append(.example(Int64(time))) }
            try FileManager.default.createDirectory(at: bench.folder.url, withIntermediateDirectories: true)
            bench.clock.advance(by: .seconds(61))
            async let appended: Void = history.append(.example(51))
            for _ in 0..<3 {
                let points = try await history.history(.cpu(of: .host))
                #expect(points.map(\.time).prefix(50) == Array(1...50)[...])
                #expect(points.allSatisfy { $0.count == 1 })
            }
            try await appended
            #expect(await history.status().backlog == 0)
            await history.close()
        }
    }

    // MARK: A log held by a reader

    /// Any log is too long, and cannot be made any shorter.
    private func held() throws -> (HistoryBench, SQLiteHistory) {
        let bench = try HistoryBench()
        let history = try bench.open {
            $0.logBytes = 0
            $0.maxLogBytes = -1
        }
        return (bench, history)
    }

    @Test func nothingIsPrunedBeforeTheNextRetry() async throws {
        let (bench, history) = try held()
        try await history.append(.example(1))
        #expect(await history.status().failure == .heldByReader)
        try await history.prune(before: 0)
        #expect(await history.status().failure == .heldByReader, "no retry has succeeded yet")
        #expect(await history.status().backlog == 1)
        withExtendedLifetime(bench) {}
    }

    @Test func pruningDoesNotWriteToAnOversizedLog() async throws {
        let bench = try HistoryBench()
        let history = try bench.open {
            $0.busyTimeout = .milliseconds(1)
            $0.logBytes = 0
            $0.maxLogBytes = 0
        }
        // The second tick is not copied into the file before the reader begins.
        try await history.append(.example(1))
        try await history.append(.example(2))
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let reader = try DatabaseQueue(path: bench.path, configuration: configuration)
        try await reader.writeWithoutTransaction { db in
            try db.execute(sql: "BEGIN")
            _ = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM host_sample")
        }
        for _ in 0..<3 {
            try await history.prune(before: 1000)
            #expect(await history.status().failure == .heldByReader)
            #expect(await history.status().rows == 6)
            bench.clock.advance(by: .seconds(61))
        }
        #expect(await history.status().failures == [.heldByReader: 1])
        try await reader.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
        try await history.prune(before: 1000)
        #expect(await history.status().failure == nil)
        #expect(await history.status().rows == 0)
        await history.close()
    }
}
#endif
