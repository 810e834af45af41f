#if SQLite
import Foundation
import GRDB
import Tally
import TallyTestSupport
import TallyTesting
import Testing

@testable import TallySampler

/// Clocks that step back, unexpected file contents and large backlogs neither lose data nor end the process.
@Suite(.timeLimit(.minutes(5)))
struct SQLiteDefectTests {
    private static let start: Int64 = 1_800_000_000
    private let bench: HistoryBench

    init() throws {
        bench = try HistoryBench()
    }

    // MARK: Clocks that step back

    @Test func aLaterStepBackOfTheClockDeletesNothing() async throws {
        let history = try bench.open()
        for time in [Self.start, Self.start + 15] { try await history.append(.cpu(time, 1)) }
        bench.clock.advance(by: .seconds(86_401))
        try await history.prune(before: 0)
        bench.wall.withLock { $0 -= 200_000 }
        for _ in 0..<3 {
            try await history.prune(before: 0)
            bench.clock.advance(by: .seconds(86_401))
        }
        #expect(try await history.history(.cpu()).map(\.time) == [Self.start, Self.start + 15])
        await history.close()
    }

    /// - Parameter isPruned: True if pruning has seen the right time, false if only opening has.
    @Test(arguments: [false, true]) func anEarlyStepBackOfTheClockDeletesNothing(_ isPruned: Bool) async throws {
        let history = try bench.open()
        for time in [Self.start, Self.start + 15] { try await history.append(.cpu(time, 1)) }
        if isPruned { try await history.prune(before: 0) }
        bench.wall.withLock { $0 -= 200_000 }
        bench.clock.advance(by: .seconds(86_401))
        try await history.prune(before: 0)
        bench.clock.advance(by: .seconds(3600))
        try await history.prune(before: 0)
        bench.wall.withLock { $0 += 200_000 }
        bench.clock.advance(by: .seconds(86_401))
        try await history.prune(before: 0)
        #expect(try await history.history(.cpu()).map(\.time) == [Self.start, Self.start + 15])
        await history.close()
    }

    @Test func samplesFromTheFutureAreRemovedAfterADayInSeveralCalls() async throws {
        let history = try bench.open { $0.pruneRows = 10 }
        for time in [Self.start, Self.start + 15] { try await history.append(.cpu(time, 1)) }
        for offset in 0..<50 { try await history.append(.cpu(Self.start + 100_000 + Int64(offset), 1)) }
        bench.clock.advance(by: .seconds(86_000))
        try await history.prune(before: 0)
        #expect(await history.status().rows == 52, "a clock may be wrong until the network is up")
        bench.clock.advance(by: .seconds(401))
        // As when a clock is corrected.
        bench.wall.withLock { $0 -= 1 }
        try await history.prune(before: 0)
        let left = await history.status().rows ?? 0
        #expect(left > 2 && left < 52, "one call deletes a limited number of rows")
        for _ in 0..<10 { try await history.prune(before: 0) }
        #expect(try await history.history(.cpu()).map(\.time) == [Self.start, Self.start + 15])
        #expect(await history.status().rows == 2)
        await history.close()
    }

    // MARK: File contents

    /// - Parameter containers: The number of containers with a very low value. The sum of one is finite, that of two is not.
    @Test(arguments: [1, 2]) func nonFiniteSumsAreOmitted(_ containers: Int) async throws {
        let history = try bench.open()
        try await history.append(extremes(10, [1.7e308, 1.7e308]))
        try await history.append(extremes(11, Array(repeating: -1.7e308, count: containers)))
        try await history.append(.cpu(120, 5))
        let points = try await history.history(.cpu(every: 60))
        #expect(points.map(\.time) == (containers == 1 ? [0, 120] : [120]))
        #expect(points.map(\.mean) == (containers == 1 ? [-1.7e308, 5] : [5]))
        await history.close()
    }

    private func extremes(_ time: Int64, _ values: [Double]) -> HistoryTick {
        HistoryTick(
            time: time,
            samples: values.enumerated().map { number, value in
                Sample(subject: .container("web"), containerID: "id\(number)", values: [.cpuPercent: value])
            }
        )
    }

    @Test(arguments: ["'damaged'", "x'00'", "-1e300", "-9223372036854775808"])
    func aSeriesWithAnInvalidSeenTimeIsRepaired(_ seen: String) async throws {
        let before = try bench.open()
        try await before.append(.cpu(Self.start, 1))
        await before.close()
        try database { try $0.execute(sql: "UPDATE series SET seen = \(seen)") }

        let history = try bench.open()
        try await history.append(.cpu(Self.start + 15, 2))
        let found = try database { try String.fetchOne($0, sql: "SELECT typeof(seen) || ' ' || seen FROM series") }
        #expect(found == "integer \(Self.start + 15)")
        #expect(try await history.history(.cpu()).map(\.max) == [1, 2])
        #expect(await history.status().failures.isEmpty)
        await history.close()
    }

    @Test func aSeriesWithAnInvalidIDIsCorruption() async throws {
        await (try bench.open()).close()
        try database {
            try $0.execute(
                sql: """
                    DROP TABLE series;
                    CREATE TABLE series(id, owner_kind, owner_id, container_id, seen, owner_name);
                    INSERT INTO series VALUES ('damaged', 'container', 'web', 'id', 0, '');
                    """
            )
        }
        let history = try bench.open()
        try await history.append(.cpu(1, 1))
        #expect(await history.status().failures == [.corrupt: 1])
        #expect(await history.status().failure == nil, "the new file works")
        #expect(try bench.corruptFiles() == ["history.sqlite.corrupt-1800000000"])
        #expect(try await history.history(.cpu()).map(\.time) == [1])
        await history.close()
    }

    @Test func aReplacementFileThatFailsIsReported() async throws {
        // Any log is too long, and cannot be made any shorter.
        let history = try bench.open {
            $0.logBytes = 0
            $0.maxLogBytes = -1
        }
        try bench.breakFile()
        try await history.append(.cpu(1, 1))
        let status = await history.status()
        #expect(status.failures == [.corrupt: 1, .heldByReader: 1])
        #expect(status.failure == .heldByReader)
        #expect(status.backlog == 1)
        await history.close()
    }

    // MARK: Backlog

    @Test(SQLiteFaultTests.hasProgram) func aLockLosesNothingOfTheExistingBacklog() async throws {
        let history = try await waiting(60)
        let holder = try await Holder(of: bench.path, "BEGIN EXCLUSIVE;")
        try await append(61...80, to: history)
        #expect(await history.status().failure == .busy)
        #expect(await history.status().backlog == 80)
        #expect(await history.status().droppedTicks == 0)

        try await append(81...85, to: history)
        #expect(await history.status().backlog == 80, "ticks during the lock are bounded")
        #expect(await history.status().droppedTicks == 5)
        holder.release()
        try await append(86...86, to: history)
        #expect(await history.status().backlog == 0)
        #expect(try await history.history(.cpu(of: .host)).map(\.time) == Array(6...86))
        await history.close()
    }

    @Test func eachTickFlushesPartOfTheBacklog() async throws {
        let history = try await waiting(250)
        try await append(251...251, to: history)
        #expect(await history.status().failure == nil)
        #expect(await history.status().backlog == 151)
        #expect(try await history.history(.cpu(of: .host)).map(\.time) == Array(1...251))
        try await append(252...252, to: history)
        #expect(await history.status().backlog == 52)
        try await append(253...253, to: history)
        #expect(await history.status().backlog == 0)
        #expect(await history.status().droppedTicks == 0)
        #expect(try await history.history(.cpu(of: .host)).map(\.time) == Array(1...253))
        await history.close()
    }

    @Test func closingWritesTheWholeBacklog() async throws {
        let history = try await waiting(250)
        try await append(251...251, to: history)
        #expect(await history.status().backlog > 0)
        await history.close()
        #expect(await history.status().droppedTicks == 0)
        #expect(try database { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM host_sample") } == 251)
    }

    /// A history with a backlog, whose folder exists again and whose next retry is due.
    private func waiting(_ ticks: Int) async throws -> SQLiteHistory {
        let folder = bench.folder.url
        let history = try bench.openWithoutFolder { $0.busyTimeout = .milliseconds(1) }
        try await append(1...ticks, to: history)
        #expect(await history.status().backlog == ticks)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        bench.clock.advance(by: .seconds(61))
        return history
    }

    private func append(_ times: ClosedRange<Int>, to history: SQLiteHistory) async throws {
        for time in times { try await history.append(.example(Int64(time))) }
    }

    /// Runs statements on a separate connection.
    @discardableResult
    private func database<Result>(_ body: (Database) throws -> Result) throws -> Result {
        let queue = try DatabaseQueue(path: bench.path)
        defer { try? queue.close() }
        return try queue.writeWithoutTransaction(body)
    }
}
#endif
