#if SQLite
import Foundation
import GRDB
import TallyTestSupport
import Testing

@testable import TallySampler

@Suite(.timeLimit(.minutes(5)))
struct SQLiteHistoryTests {
    private let bench: HistoryBench

    init() throws {
        bench = try HistoryBench()
    }

    /// Both stores give the same answers about the same ticks.
    @Test func answersEqualThoseOfTheMemoryStore() async throws {
        let file = try bench.open()
        let memory = MemoryHistory(maxSamples: .max)
        var generator = SystemRandomNumberGenerator()
        for time in stride(from: Int64(1000), to: 4000, by: 15) {
            var samples: [Sample] = []
            for (subject, container) in [("a", "1"), ("a", "2"), ("b", "3")] where Bool.random(using: &generator) {
                var sample = Sample(subject: .container(subject), containerID: container)
                if Bool.random(using: &generator) { sample.values[.cpuPercent] = Double.random(in: 0...200) }
                sample.values[.memoryUsedBytes] = Double(Int.random(in: 0...1 << 40))
                samples.append(sample)
            }
            samples.append(Sample(subject: .host, values: [.load1: Double(time)]))
            let tick = HistoryTick(time: time, samples: samples)
            try await file.append(tick)
            try await memory.append(tick)
        }
        try await file.prune(before: 1500)
        try await memory.prune(before: 1500)
        for subject in [SampleSubject.container("a"), .container("b"), .container("c"), .host] {
            for metric in [SampleMetric.cpuPercent, .memoryUsedBytes, .load1] {
                for (bucket, from) in [(Int64(1), Int64.min), (60, 0), (3600, 2000), (.max, .min)] {
                    let query = HistoryQuery(
                        metric: metric,
                        subject: subject,
                        from: from,
                        through: .max,
                        bucketSeconds: bucket
                    )
                    let expected = try await memory.history(query)
                    let found = try await file.history(query)
                    #expect(found.map(\.time) == expected.map(\.time))
                    #expect(found.map(\.count) == expected.map(\.count))
                    #expect(found.map(\.min) == expected.map(\.min))
                    #expect(found.map(\.max) == expected.map(\.max))
                    for (one, other) in zip(found, expected) {
                        #expect(abs(one.mean - other.mean) <= 1e-9 * abs(other.mean), "\(query)")
                    }
                }
            }
        }
        for (from, through) in [(Int64.min, Int64.max), (3000, 3000), (4000, .max), (.min, 1499), (5, 4)] {
            let expected = try await memory.subjects(from: from, through: through)
            #expect(try await file.subjects(from: from, through: through) == expected)
        }
        #expect(try await file.subjects(from: 0, through: .max) == [.host, .container("a"), .container("b")])
        #expect(try await file.newestTime() == memory.newestTime())
        #expect(await file.status().rows == memory.status().rows)
    }

    @Test(arguments: [
        (Int64.min, Int64.max, Int64.min), (.max, .min, 1), (.min, .min, 0), (.max, .max, .max), (0, .max, .max),
        (.min, 0, -1),
    ])
    func everyRangeAndBucketSizeIsAccepted(_ from: Int64, _ through: Int64, _ bucket: Int64) async throws {
        let history = try bench.open()
        for time in [Int64.min, -7, 0, 7, .max] { try await history.append(.cpu(time, 1)) }
        let points = try await history.history(.cpu(from: from, through: through, every: bucket))
        #expect(points.reduce(0) { $0 + $1.count } <= 5)
        #expect(points.map(\.time) == points.map(\.time).sorted())
    }

    @Test func nonFiniteValuesAreStoredAsNull() async throws {
        let history = try bench.open()
        for (time, value) in [(1, Double.nan), (2, .infinity), (3, -.infinity), (4, .greatestFiniteMagnitude)] {
            try await history.append(.cpu(Int64(time), value))
        }
        #expect(try await history.history(.cpu()).map(\.time) == [4])
        let nulls = try database {
            try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM container_sample WHERE cpu_percent IS NULL")
        }
        #expect(nulls == 3)
    }

    @Test func aTickReplacesAnotherWithTheSameTime() async throws {
        let history = try bench.open()
        try await history.append(.example(10, containers: 5))
        try await history.append(.example(20, containers: 1))
        try await history.append(.example(10, containers: 2))
        #expect(await history.status().rows == 5)
        let counted = try database { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM container_sample") }
        #expect(counted == 3)
    }

    @Test func aNewFileHasItsPragmas() async throws {
        let history = try bench.open()
        try await history.append(.example(1000))
        let (vacuum, mode, version) = try database { db in
            (
                try Int.fetchOne(db, sql: "PRAGMA auto_vacuum"), try String.fetchOne(db, sql: "PRAGMA journal_mode"),
                try Int.fetchOne(db, sql: "PRAGMA user_version")
            )
        }
        #expect(vacuum == 2)
        #expect(mode == "wal")
        #expect(version == HistorySchema.version)
        #expect(await history.status().failures.isEmpty)
    }

    @Test func ticksPersistAfterClosing() async throws {
        let history = try bench.open()
        for time in 1...50 { try await history.append(.example(Int64(time))) }
        await history.close()
        await history.close()
        #expect(bench.bytes("-wal") == 0)
        await #expect(throws: HistoryError.self) { try await history.append(.example(51)) }
        await #expect(throws: HistoryError.self) { try await history.history(.cpu()) }
        #expect(await history.status().failure == .closed)

        let again = try bench.open()
        #expect(try await again.newestTime() == 50)
        #expect(await again.status().rows == 150)
        #expect(try await again.history(.cpu(of: .host, every: 1000)).map(\.count) == [50])
    }

    @Test func aSmallFileThatCannotShrinkIsRewritten() async throws {
        let queue = try DatabaseQueue(path: bench.path)
        try await queue.write { db in
            try db.execute(sql: "CREATE TABLE gone(x); DROP TABLE gone")
        }
        try queue.close()
        #expect(bench.bytes() > 0)
        let history = try bench.open()
        try await history.append(.example(1))
        #expect(try database { try Int.fetchOne($0, sql: "PRAGMA auto_vacuum") } == 2)
        await history.close()
    }

    @Test func aLargeFileThatCannotShrinkIsReported() async throws {
        let queue = try DatabaseQueue(path: bench.path)
        try await queue.write { db in try db.execute(sql: "CREATE TABLE gone(x); DROP TABLE gone") }
        try queue.close()
        let history = try bench.open { $0.maxRewriteBytes = 0 }
        try await history.append(.example(1))
        #expect(await history.status().failures == [.cannotShrink: 1])
        #expect(await history.status().failure == nil)
    }

    @Test func foreignDatabasesAreNotModified() async throws {
        let queue = try DatabaseQueue(path: bench.path)
        try await queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA journal_mode = WAL; CREATE TABLE mine(x); INSERT INTO mine VALUES (1)")
        }
        try queue.close()
        try expectUntouched(.foreignFile)
    }

    @Test func filesOfANewerVersionAreNotModified() async throws {
        await (try bench.open()).close()
        let queue = try DatabaseQueue(path: bench.path)
        try await queue.write { try $0.execute(sql: "PRAGMA user_version = 3") }
        try queue.close()
        try expectUntouched(.newerVersion)
    }

    private func expectUntouched(_ code: HistoryError.Code) throws {
        let before = try Data(contentsOf: URL(filePath: bench.path))
        let error = #expect(throws: HistoryError.self) { try bench.open() }
        #expect(error?.code == code)
        #expect(try Data(contentsOf: URL(filePath: bench.path)) == before)
        #expect(try bench.corruptFiles().isEmpty)
    }

    @Test(arguments: ["", ":memory:", ":\u{301}", "file:x?mode=memory", "file:\u{301}", "a\0b"])
    func onlyFilePathsAreAccepted(_ path: String) {
        let error = #expect(throws: HistoryError.self) { try SQLiteHistory(path: path) }
        #expect(error?.code == .invalidPath)
    }

    @Test func columnsForNewMetricsAreAdded() async throws {
        await (try bench.open()).close()
        try database { try $0.execute(sql: "ALTER TABLE container_sample DROP COLUMN processes") }
        let history = try bench.open()
        try await history.append(.example(1))
        let query = HistoryQuery(metric: .processes, subject: .container("c0"), from: 0, through: 9, bucketSeconds: 1)
        #expect(try await history.history(query).map(\.max) == [3])
    }

    @Test func namesMayBeAnyText() async throws {
        let history = try bench.open()
        let names = [
            "a'; DROP TABLE series; --", "é", "e\u{301}", "a\0b", "a\0c", "", String(repeating: "x", count: 5000),
        ]
        for (index, name) in names.enumerated() {
            try await history.append(.cpu(Int64(index), Double(index), of: name, in: nil))
        }
        for (index, name) in names.enumerated() where !name.contains("\0") {
            #expect(try await history.history(.cpu(of: .container(name))).map(\.max) == [Double(index)])
        }
    }

    @Test func queriesAndPruningUseThePrimaryKey() async throws {
        let history = try bench.open()
        try await history.append(.example(1))
        let selection = HistorySelection.only(.container("c0"))
        let sql = HistorySchema.statement(selection, [.cpuPercent])
        let arguments = StatementArguments(
            HistorySchema.filterArguments(selection).merging(["since": 0, "through": 9]) { $1 }
        )
        let plan = try database { db in
            try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql, arguments: arguments).map { $0["detail"] as String }
        }
        #expect(plan.contains { $0.contains("SEARCH container_sample USING PRIMARY KEY (ts>? AND ts<?)") }, "\(plan)")
        #expect(!plan.contains { $0.contains("SCAN container") || $0.contains("SCAN series") }, "\(plan)")
        let deletion = try database { db in
            try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN DELETE FROM container_sample WHERE ts <= 1")
                .map { $0["detail"] as String }
        }
        #expect(deletion.allSatisfy { $0.hasPrefix("SEARCH") }, "\(deletion)")
    }

    @Test(.enabled(if: HistoryBench.hasProgram || Program.isRequired, "needs sqlite3"))
    func anotherProgramCanReadAtAnyTime() async throws {
        let history = try bench.open()
        for time in 1...20 {
            try await history.append(.example(Int64(time)))
            #expect(try bench.sqlite("SELECT COUNT(*) FROM host_sample") == "\(time)")
        }
        #expect(try bench.sqlite("PRAGMA integrity_check") == "ok")
        await history.close()
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
