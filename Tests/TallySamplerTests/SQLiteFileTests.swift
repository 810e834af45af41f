#if SQLite
import Foundation
import GRDB
import TallyTestSupport
import Testing

@testable import TallySampler

/// Opening files, and setting corrupt ones aside.
@Suite(.timeLimit(.minutes(5)))
struct SQLiteFileTests {
    private let bench: HistoryBench

    init() throws {
        bench = try HistoryBench()
    }

    /// These settings belong to one connection, so another cannot read them back.
    @Test func theWritingConnectionHasItsSettings() throws {
        var options = HistoryFile.Options()
        options.busyTimeout = .milliseconds(123)
        options.logBytes = 654_321
        let file = try HistoryFile(path: bench.path, options: options, now: 0)
        let found = try file.queue.writeWithoutTransaction { db in
            try ["synchronous", "journal_size_limit", "busy_timeout"].map { name in
                try Int.fetchOne(db, sql: "PRAGMA \(name)")
            }
        }
        // 1 is NORMAL: with a write-ahead log, a crash of the process loses nothing, and no tick waits for the disk.
        #expect(found == [1, 654_321, 123])
        file.close()
    }

    /// A query must not read a file that was removed.
    @Test func aQueryReadsTheCurrentFile() async throws {
        let history = try bench.open()
        for time in 1...3 { try await history.append(.example(Int64(time))) }
        #expect(try await history.history(.cpu(of: .host)).map(\.time) == [1, 2, 3])
        for suffix in ["", "-wal", "-shm"] { try FileManager.default.removeItem(atPath: bench.path + suffix) }
        for time in 4...5 { try await history.append(.example(Int64(time))) }
        #expect(try await history.history(.cpu(of: .host)).map(\.time) == [4, 5])
        await history.close()
    }

    /// A log left behind would be taken for the log of the new file.
    @Test func theLogOfACorruptFileIsSetAsideWithIt() throws {
        for suffix in ["", "-wal", "-shm"] { try write(suffix, "first\(suffix)") }
        try CorruptFile.setAside(bench.path, at: 1000)
        #expect(try names() == ["", "-shm", "-wal"].map { "history.sqlite.corrupt-1000\($0)" })
        #expect(try text(".corrupt-1000-wal") == "first-wal")
    }

    @Test func filesSetAsideInTheSameSecondAreAllKept() throws {
        for text in ["first", "second", "third"] {
            try write("", text)
            try CorruptFile.setAside(bench.path, at: 1000)
        }
        #expect(try names() == (1000...1002).map { "history.sqlite.corrupt-\($0)" })
        #expect(try (1000...1002).map { try text(".corrupt-\($0)") } == ["first", "second", "third"])
    }

    @Test func theOldestFilesSetAsideAreRemovedWhateverTheNameBeginsWith() throws {
        let path = "\(FileFacts.folder(of: bench.path))/\u{301}.sqlite"
        for time in 1...5 {
            try Data().write(to: URL(filePath: path))
            try CorruptFile.setAside(path, at: Int64(time))
        }
        let kept = (1...5).filter { FileManager.default.fileExists(atPath: "\(path).corrupt-\($0)") }
        #expect(kept == [3, 4, 5])
    }

    private func write(_ suffix: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: bench.path + suffix))
    }

    private func text(_ suffix: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: bench.path + suffix)), as: UTF8.self)
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: bench.folder.url.path).sorted()
    }
}
#endif
