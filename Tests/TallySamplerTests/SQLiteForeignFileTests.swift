#if SQLite
import Foundation
import GRDB
import TallyTestSupport
import TallyTesting
import Testing

@testable import TallySampler

/// Files of other programs are never changed, whenever and however they come to the history's path.
@Suite(.timeLimit(.minutes(5)))
struct SQLiteForeignFileTests {
    /// The ways in which another file may take the path.
    enum Arrival: CaseIterable, Sendable {
        case alone, withItsLog, whileQueried
    }

    private let bench: HistoryBench

    init() throws {
        bench = try HistoryBench()
    }

    // MARK: While sampling

    @Test(arguments: Arrival.allCases)
    func anotherDatabaseMovedOntoThePathIsNotTouched(_ arrival: Arrival) async throws {
        let history = try bench.open()
        for time in 1...50 { try await history.append(.example(Int64(time), containers: 20)) }
        // A connection for reading keeps the log alive when the writer's closes.
        if arrival == .whileQueried { _ = try await history.history(.cpu(of: .host)) }
        let other = try notes(keepingLog: arrival == .withItsLog)
        try move(other, keepingOld: true)
        let before = try contents(arrival)

        for time in 51...53 {
            try await history.append(.example(Int64(time)))
            try await history.prune(before: 0)
            bench.clock.advance(by: .seconds(61))
            _ = try await history.history(.cpu(of: .host))
        }
        #expect(await history.status().failure == .foreign)
        #expect(await history.status().failures == [.foreign: 1])
        #expect(await history.status().backlog == 3)
        await history.close()
        #expect(try contents(arrival) == before)
        #expect(try readNotes() == "mine")
        // The old file has all that was written to it, wherever it is now.
        let old = try DatabaseQueue(path: bench.path + ".old")
        #expect(try await old.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM host_sample") } == 50)
    }

    @Test func samplingContinuesOnceAnotherProgramsFileIsGone() async throws {
        let history = try bench.open()
        try await history.append(.example(1))
        try move(try notes(keepingLog: false), keepingOld: true)
        try await history.append(.example(2))
        #expect(await history.status().failure == .foreign)
        try FileManager.default.moveItem(atPath: bench.path, toPath: bench.path + ".notes")
        bench.clock.advance(by: .seconds(61))
        try await history.append(.example(3))
        #expect(await history.status().failure == nil)
        #expect(try await history.history(.cpu(of: .host)).map(\.time) == [2, 3])
        await history.close()
    }

    /// As when a sampler was killed, and its file was replaced before the next start.
    @Test func theLogOfAKilledSamplerIsNotAppliedToAnotherFile() async throws {
        let history = try bench.open()
        for time in 1...50 { try await history.append(.example(Int64(time), containers: 20)) }
        let log = try Data(contentsOf: URL(filePath: bench.path + "-wal"))
        await history.close()
        try move(try notes(keepingLog: false), keepingOld: false)
        try log.write(to: URL(filePath: bench.path + "-wal"))
        let before = try Data(contentsOf: URL(filePath: bench.path))
        let error = #expect(throws: HistoryError.self) { try bench.open() }
        #expect(error?.code == .foreignFile)
        #expect(try Data(contentsOf: URL(filePath: bench.path)) == before)
    }

    // MARK: At the start

    @Test(arguments: ["a text", "SQLite format 4\0", String(repeating: "x", count: 100_000)])
    func aFileThatIsNoDatabaseIsRefused(_ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: bench.path))
        let error = #expect(throws: HistoryError.self) { try bench.open() }
        #expect(error?.code == .foreignFile)
        #expect(error?.description.contains(bench.path) == true)
        #expect(try Data(contentsOf: URL(filePath: bench.path)) == Data(text.utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder.url.path) == ["history.sqlite"])
    }

    /// A damaged database of another program is no more ours than a sound one.
    @Test func aDamagedDatabaseOfAnotherProgramIsRefused() throws {
        let queue = try DatabaseQueue(path: bench.path)
        try queue.write { db in
            try db.execute(sql: "CREATE TABLE notes(text TEXT)")
            for _ in 0..<500 { try db.execute(sql: "INSERT INTO notes VALUES (hex(randomblob(100)))") }
        }
        try queue.close()
        try bench.damage(at: 100, 3996)
        let before = try Data(contentsOf: URL(filePath: bench.path))
        #expect(throws: HistoryError.self) { try bench.open() }
        #expect(try Data(contentsOf: URL(filePath: bench.path)) == before)
        #expect(try bench.corruptFiles().isEmpty)
    }

    @Test func aFileOfBytesThatReplacesTheHistoryIsNotTouched() async throws {
        let history = try bench.open()
        try await history.append(.example(1))
        for suffix in ["", "-wal", "-shm"] { try FileManager.default.removeItem(atPath: bench.path + suffix) }
        let bytes = Data(repeating: 0x5A, count: 8192)
        try bytes.write(to: URL(filePath: bench.path))
        try await history.append(.example(2))
        #expect(await history.status().failure == .foreign)
        await history.close()
        #expect(try Data(contentsOf: URL(filePath: bench.path)) == bytes)
        #expect(try bench.corruptFiles().isEmpty)
    }

    @Test func aMissingFolderIsAnError() {
        let error = #expect(throws: HistoryError.self) {
            try SQLiteHistory(path: bench.folder.url.appending(path: "none/history.sqlite").path)
        }
        #expect(error?.code == .invalidPath)
        let folder = #expect(throws: HistoryError.self) { try SQLiteHistory(path: bench.folder.url.path) }
        #expect(folder?.code == .invalidPath)
    }

    // MARK: Another process

    @Test func twoWritersOfOneFileAreNoticed() async throws {
        let (one, other) = (try bench.open(), try bench.open())
        for time in 1...3 {
            try await one.append(.example(Int64(time * 2)))
            try await other.append(.example(Int64(time * 2 + 1)))
        }
        for history in [one, other] {
            #expect(await history.status().failures.map(\.key.description) == ["shared"])
            #expect(await history.status().failure?.description == "shared")
        }
        await other.close()
        bench.clock.advance(by: .seconds(3600))
        try await one.append(.example(100))
        bench.clock.advance(by: .seconds(3600))
        try await one.append(.example(200))
        #expect(await one.status().failure == nil, "the other has ended")
        #expect(await one.status().backlog == 0)
        await one.close()
    }

    @Test func readersAreNotTakenForWriters() async throws {
        let history = try bench.open()
        for time in 1...20 {
            try await history.append(.example(Int64(time)))
            _ = try await history.history(.cpu(of: .host))
            let queue = try DatabaseQueue(path: bench.path)
            #expect(try await queue.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM host_sample") } == time)
            try queue.close()
            bench.clock.advance(by: .seconds(61))
        }
        #expect(await history.status().failures.isEmpty)
        await history.close()
    }

    /// A copy made with `cp` lacks the log.
    @Test func aCopyOfTheFileAloneIsAtMostAMinuteOld() async throws {
        let history = try bench.open()
        for number in 0..<40 {
            let time = 1_000 + Int64(number) * 15
            try await history.append(.example(time, containers: 50))
            try await history.prune(before: 0)
            let copy = bench.path + ".copy\(number)"
            try FileManager.default.copyItem(atPath: bench.path, toPath: copy)
            let queue = try DatabaseQueue(path: copy)
            let newest = try await queue.read { try Int64.fetchOne($0, sql: "SELECT MAX(ts) FROM host_sample") }
            #expect(newest ?? 0 >= time - 60)
            bench.clock.advance(by: .seconds(15))
        }
        await history.close()
    }

    // MARK: Files

    /// A database of another program beside the path.
    ///
    /// - Parameter keepingLog: True if its content is still in its log.
    private func notes(keepingLog: Bool) throws -> String {
        let path = bench.path + ".notes"
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { db in
            try db.execute(
                sql: "PRAGMA journal_mode = WAL; CREATE TABLE notes(text); INSERT INTO notes VALUES ('mine')"
            )
        }
        if keepingLog {
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(atPath: path + suffix, toPath: path + "2" + suffix)
            }
        }
        try queue.close()
        guard keepingLog else { return path }
        try FileManager.default.removeItem(atPath: path)
        return path + "2"
    }

    private func move(_ other: String, keepingOld: Bool) throws {
        let files = FileManager.default
        if keepingOld {
            try files.moveItem(atPath: bench.path, toPath: bench.path + ".old")
        } else {
            try files.removeItem(atPath: bench.path)
        }
        try files.moveItem(atPath: other, toPath: bench.path)
        guard files.fileExists(atPath: other + "-wal") else { return }
        try? files.removeItem(atPath: bench.path + "-wal")
        try files.moveItem(atPath: other + "-wal", toPath: bench.path + "-wal")
    }

    /// The other program's file at the path, and its log if it has one.
    private func contents(_ arrival: Arrival) throws -> [Data] {
        try (arrival == .withItsLog ? ["", "-wal"] : [""]).map { try Data(contentsOf: URL(filePath: bench.path + $0)) }
    }

    private func readNotes() throws -> String? {
        let queue = try DatabaseQueue(path: bench.path)
        defer { try? queue.close() }
        return try queue.read { try String.fetchOne($0, sql: "SELECT text FROM notes") }
    }
}
#endif
