#if SQLite
import Foundation
import Tally
import TallyTestSupport
import TallyTesting
import Testing

@testable import TallySampler

/// Faults of real files are reported, and lose nothing that could be kept.
@Suite(.timeLimit(.minutes(5)))
struct SQLiteFaultTests {
    static let canMount: ConditionTrait = .enabled(
        if: MountedFolder.isPossible || Program.isRequired,
        "needs the right to mount"
    )
    static let hasProgram: ConditionTrait = .enabled(
        if: HistoryBench.hasProgram || Program.isRequired,
        "needs sqlite3"
    )

    // MARK: Disks

    @Test(canMount) func aFullDiskKeepsTicksInMemory() async throws {
        let folder = try MountedFolder(bytes: 1 << 20)
        let bench = try HistoryBench(path: folder.url.appending(path: "history.sqlite").path)
        let history = try bench.open()
        try await append(1...5, to: history)
        try folder.fill()
        try await append(6...60, to: history)
        var status = await history.status()
        #expect(status.failure == .full)
        #expect(status.failures == [.full: 1])
        #expect(status.backlog > 40)
        #expect(status.droppedTicks == 0)
        #expect(try await history.history(.cpu(of: .host)).map(\.time) == Array(1...60))

        try folder.makeRoom()
        try await append(61...61, to: history)
        #expect(await history.status().failure == .full, "the store is not retried at once")
        bench.clock.advance(by: .seconds(61))
        try await append(62...62, to: history)
        status = await history.status()
        #expect(status.failure == nil)
        #expect(status.backlog == 0)
        #expect(try await history.history(.cpu(of: .host)).map(\.time) == Array(1...62))
        #expect(try bench.sqlite("SELECT COUNT(*), COUNT(DISTINCT ts) FROM container_sample") == "124|62")
        #expect(try bench.sqlite("PRAGMA integrity_check") == "ok")
        await history.close()
    }

    @Test(canMount) func aHistoryOpensOnAFullDisk() async throws {
        let folder = try MountedFolder(bytes: 1 << 20)
        try folder.fill()
        let bench = try HistoryBench(path: folder.url.appending(path: "history.sqlite").path)
        let history = try bench.open()
        try await append(1...5, to: history)
        #expect(await history.status().failure == .full)
        try folder.makeRoom()
        bench.clock.advance(by: .seconds(61))
        try await append(6...6, to: history)
        #expect(try bench.sqlite("SELECT COUNT(*) FROM host_sample") == "6")
        await history.close()
    }

    @Test(canMount, arguments: [false, true]) func aReadOnlyFolderKeepsTicksInMemory(_ exists: Bool) async throws {
        let folder = try MountedFolder(bytes: 1 << 20)
        let bench = try HistoryBench(path: folder.url.appending(path: "history.sqlite").path)
        if exists {
            let history = try bench.open()
            try await append(1...3, to: history)
            await history.close()
        }
        try folder.setReadOnly(true)
        let history = try bench.open()
        try await append(4...30, to: history)
        #expect(await history.status().failure == .readOnly)
        #expect(await history.status().failures == [.readOnly: 1])
        #expect(try await history.history(.cpu(of: .host)).map(\.time).suffix(27) == Array(4...30))

        try folder.setReadOnly(false)
        bench.clock.advance(by: .seconds(61))
        try await append(31...31, to: history)
        #expect(await history.status().failure == nil)
        #expect(try await history.history(.cpu(of: .host)).map(\.time) == Array((exists ? 1 : 4)...31))
        await history.close()
    }

    @Test func aRemovedFolderKeepsTicksInMemoryUntilItExists() async throws {
        let bench = try HistoryBench()
        let history = try bench.openWithoutFolder()
        try await append(1...3, to: history)
        #expect(await history.status().failure == .noFolder)
        #expect(await history.status().report(of: .noFolder).contains(bench.path))
        #expect(try await history.subjects(from: 1, through: 3).count == 3)
        try FileManager.default.createDirectory(at: bench.folder.url, withIntermediateDirectories: true)
        bench.clock.advance(by: .seconds(61))
        try await append(4...4, to: history)
        #expect(await history.status().failure == nil)
        #expect(await history.status().rows == 12)
        #expect(try await history.subjects(from: 1, through: 4).count == 3)
        await history.close()
    }

    @Test func theBacklogIsBounded() async throws {
        let bench = try HistoryBench()
        let history = try bench.openWithoutFolder()
        for time in 1...60 { try await history.append(.example(Int64(time), containers: 999)) }
        let status = await history.status()
        #expect(status.backlog == 50)
        #expect(status.droppedTicks == 10)
        #expect(try await history.history(.cpu(of: .host)).first?.time == 11)
    }

    @Test func aRemovedFileIsRecreated() async throws {
        let bench = try HistoryBench()
        let history = try bench.open()
        try await append(1...3, to: history)
        for suffix in ["", "-wal", "-shm"] { try FileManager.default.removeItem(atPath: bench.path + suffix) }
        try await append(4...5, to: history)
        #expect(try await history.history(.cpu(of: .host)).map(\.time) == [4, 5])
        await history.close()
        #expect(bench.bytes() > 0)
    }

    // MARK: Corruption

    /// - Parameter isCounted: True if opening the file reads it, false if only a query does.
    @Test(arguments: [(UInt64(100), true), (40_960, true), (40_960, false)])
    func aCorruptFileIsSetAside(_ offset: UInt64, _ isCounted: Bool) async throws {
        let bench = try HistoryBench()
        let before = try bench.open()
        for time in 1...200 { try await before.append(.example(Int64(time), containers: 20)) }
        await before.close()
        try bench.damage(at: offset, 4096 * 4)
        let damaged = try Data(contentsOf: URL(filePath: bench.path))

        let history = try bench.open { if !isCounted { $0.maxRewriteBytes = 0 } }
        if !isCounted {
            #expect(await history.status().failures.isEmpty)
            let query = HistoryQuery(
                metric: .processes,
                subject: .container("c3"),
                from: 0,
                through: 999,
                bucketSeconds: 1
            )
            #expect(try await history.history(query).isEmpty)
        }
        let status = await history.status()
        #expect(status.failures == [.corrupt: 1])
        #expect(status.failure == nil, "the new file works")
        try await append(201...203, to: history)
        #expect(try await history.history(.cpu(of: .host)).map(\.time) == [201, 202, 203])
        let aside = try bench.corruptFiles()
        #expect(aside == ["history.sqlite.corrupt-1800000000"])
        #expect(try Data(contentsOf: bench.folder.url.appending(path: aside[0])) == damaged)
        await history.close()
    }

    @Test func corruptFilesAreSetAsideOnceAnHourAndThreeAreKept() async throws {
        let bench = try HistoryBench()
        let history = try bench.open()
        try await append(1...1, to: history)
        for round in 1...6 {
            try bench.breakFile()
            try await append((round * 10 + 1)...(round * 10 + 1), to: history)
            #expect(await history.status().failure == nil)
            #expect(await history.status().backlog == 0)
            let aside = try bench.corruptFiles()
            #expect(aside.count == min(round, 3))
            #expect(aside.last == "history.sqlite.corrupt-\(1_800_000_000 + (round - 1) * 3601)")

            try bench.breakFile()
            try await append((round * 10 + 2)...(round * 10 + 3), to: history)
            #expect(await history.status().failure == .corrupt)
            #expect(try bench.corruptFiles() == aside, "less than an hour has passed")
            #expect(
                try await history.history(.cpu(of: .host)).map(\.time) == [
                    Int64(round * 10 + 2), Int64(round * 10 + 3),
                ]
            )
            bench.clock.advance(by: .seconds(3601))
            bench.wall.withLock { $0 += 3601 }
        }
        try await append(70...70, to: history)
        #expect(
            try await history.history(.cpu(of: .host)).map(\.time) == [62, 63, 70],
            "the backlog is in the new file"
        )
        #expect(await history.status().backlog == 0)
        await history.close()
    }

    // MARK: Other processes

    @Test(hasProgram) func aLockOfAnotherProcessLosesNothing() async throws {
        let bench = try HistoryBench()
        let history = try bench.open { $0.busyTimeout = .milliseconds(2) }
        try await append(1...2, to: history)
        let holder = try await Holder(of: bench.path, "BEGIN EXCLUSIVE;")
        for time in 3...22 {
            try await append(time...time, to: history)
            bench.clock.advance(by: .seconds(15))
        }
        try await history.prune(before: 0)
        #expect(await history.status().failure == .busy)
        #expect(await history.status().failures == [.busy: 1])
        #expect(await history.status().backlog == 20)
        #expect(try await history.history(.cpu(of: .host)).map(\.time) == Array(1...22))

        holder.release()
        try await append(23...23, to: history)
        #expect(await history.status().failure == nil)
        #expect(await history.status().droppedTicks == 0)
        #expect(try bench.sqlite("SELECT COUNT(*) FROM host_sample") == "23")
        #expect(try await history.history(.cpu(of: .host)).map(\.time) == Array(1...23))
        await history.close()
    }

    @Test(hasProgram) func aLongLockDropsTheOldestTicks() async throws {
        let bench = try HistoryBench()
        let history = try bench.open { $0.busyTimeout = .milliseconds(1) }
        try await append(1...1, to: history)
        let holder = try await Holder(of: bench.path, "BEGIN IMMEDIATE;")
        try await append(2...31, to: history)
        #expect(await history.status().droppedTicks == 10)
        #expect(await history.status().backlog == 20)
        holder.release()
        await history.close()
        #expect(try bench.sqlite("SELECT COUNT(*), MIN(ts), MAX(ts) FROM host_sample WHERE ts > 1") == "20|12|31")
    }

    @Test(hasProgram) func ticksWaitForALockOnANewFile() async throws {
        let bench = try HistoryBench()
        let holder = try await Holder(of: bench.path, "BEGIN EXCLUSIVE;")
        let history = try bench.open { $0.busyTimeout = .milliseconds(1) }
        try await append(1...3, to: history)
        #expect(await history.status().failure == .busy)
        holder.release()
        try await append(4...4, to: history)
        #expect(try await history.history(.cpu(of: .host)).map(\.time) == [1, 2, 3, 4])
        await history.close()
    }

    @Test(hasProgram) func theLogIsBoundedWhileAReaderHoldsIt() async throws {
        let bench = try HistoryBench()
        let history = try bench.open {
            $0.busyTimeout = .milliseconds(1)
            $0.logBytes = 128 << 10
            $0.maxLogBytes = 512 << 10
        }
        try await append(1...1, to: history)
        let holder = try await Holder(of: bench.path, "BEGIN; SELECT COUNT(*) FROM host_sample;")
        var largest = 0
        for time in 2...300 {
            try await history.append(.example(Int64(time), containers: 50))
            bench.clock.advance(by: .seconds(15))
            largest = max(largest, bench.bytes("-wal"))
        }
        #expect(largest < (512 + 128) << 10, "\(largest) bytes of log")
        #expect(await history.status().failure == .heldByReader)
        #expect(await history.status().droppedTicks == 0)
        #expect(try await history.history(.cpu(of: .host)).count == 300)

        holder.release()
        bench.clock.advance(by: .seconds(61))
        // The backlog is written a hundred ticks at a time.
        try await append(301...305, to: history)
        #expect(await history.status().failure == nil)
        #expect(await history.status().backlog == 0)
        #expect(try bench.sqlite("SELECT COUNT(*) FROM host_sample") == "305")
        #expect(bench.bytes("-wal") < (512 + 128) << 10)
        await history.close()
    }

    private func append(_ times: ClosedRange<Int>, to history: SQLiteHistory) async throws {
        for time in times { try await history.append(.example(Int64(time))) }
    }
}
#endif
