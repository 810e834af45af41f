#if SQLite
import Foundation
import GRDB
import TallyTestSupport
import TallyTesting
import Testing

@testable import TallySampler

/// Roll-ups, the limit on the file's size, and files of older versions.
@Suite(.timeLimit(.minutes(10)))
struct SQLiteRollUpTests {
    private static let start: Int64 = 1_800_000_000
    private let bench: HistoryBench

    init() throws {
        bench = try HistoryBench()
    }

    private func open(_ rollUps: HistoryRollUps? = HistoryRollUps(), maxBytes: Int = .max) throws -> SQLiteHistory {
        try bench.open {
            $0.rollUps = rollUps
            $0.maxBytes = maxBytes
        }
    }

    private static let web = SampleSubject(kind: "instance", id: "1", name: "web")

    private static func tick(_ number: Int) -> HistoryTick {
        let values: [SampleMetric: Double] = [
            .cpuPercent: Double(number % 7), .cpuSeconds: Double(number) * 1.5, .memoryUsedBytes: Double(number),
        ]
        return HistoryTick(
            time: start + Int64(number) * 15,
            samples: [
                Sample(subject: web, containerID: "a", values: values),
                Sample(subject: .host, values: [.load1: Double(number % 5)]),
            ]
        )
    }

    private func write(_ numbers: Range<Int>, to history: SQLiteHistory, retention: Int64) async throws {
        for number in numbers {
            let tick = Self.tick(number)
            try await history.append(tick)
            try await history.prune(before: tick.time - retention)
        }
    }

    private func query(every: Int64, from: Int64 = 0, through: Int64 = .max) -> SeriesQuery {
        SeriesQuery(
            metrics: [.cpuPercent, .memoryUsedBytes],
            rates: [.cpuSeconds],
            selection: .only(Self.web),
            from: Self.start + from,
            through: through == .max ? .max : Self.start + through,
            bucketSeconds: every
        )
    }

    // MARK: Roll-ups

    /// A day, of which two hours are left in samples, and the rest in minutes or ten minutes.
    @Test(arguments: [86_400, 3_600, 0] as [Int64])
    func rollUpsGiveTheAnswersOfTheSamplesTheyReplace(_ minutes: Int64) async throws {
        let history = try open(HistoryRollUps(minutes: .seconds(minutes), tenMinutes: .seconds(86_400)))
        let memory = MemoryHistory(maxSamples: .max)
        for number in 0..<5_760 { try await memory.append(Self.tick(number)) }
        try await write(0..<5_760, to: history, retention: 7_200)
        let samples = await history.status().rows ?? 0
        #expect(samples <= (7_200 + 600) / 15 * 2 + 2)

        let found = try await history.series(query(every: 3_600))
        let expected = try await memory.series(query(every: 3_600))
        #expect(found.map(\.metric) == expected.map(\.metric))
        for (one, other) in zip(found, expected) {
            #expect(one.points.map(\.time) == other.points.map(\.time))
            for (point, expected) in zip(one.points, other.points) {
                #expect(abs(point.mean - expected.mean) < 1e-6 * max(1, expected.mean))
                #expect(abs(point.min - expected.min) < 1e-6 && abs(point.max - expected.max) < 1e-6)
                if !one.isRate { #expect(point.count == expected.count) }
            }
        }
        await history.close()
    }

    @Test func aRollUpCountsEachSampleOnceAfterKillsAndRestarts() async throws {
        var history = try open()
        for part in 0..<20 {
            try await write(part * 17..<part * 17 + 17, to: history, retention: 7_200)
            await history.close()
            history = try open()
        }
        await history.close()
        let (minutes, samples) = try database { db in
            (
                try Int.fetchOne(db, sql: "SELECT SUM(samples) FROM container_minute"),
                try Int.fetchOne(
                    db,
                    sql: "SELECT COUNT(*) FROM container_sample WHERE ts < (SELECT MAX(ts) + 60 FROM container_minute)"
                )
            )
        }
        #expect(minutes == samples)
        let tens = try database { try Int.fetchOne($0, sql: "SELECT SUM(samples) FROM container_ten_minutes") }
        #expect(tens == 40 * 8)
    }

    /// A service whose container is replaced every five minutes.
    @Test func containersThatFollowEachOtherDoNotAddUp() async throws {
        let history = try open(HistoryRollUps(minutes: .zero, tenMinutes: .seconds(30 * 86_400)))
        for number in 0..<1_000 {
            let time = Self.start + Int64(number) * 15
            let container = number / 20 % 2 == 0 ? "a" : "b"
            let sample = Sample(subject: Self.web, containerID: container, values: [.memoryUsedBytes: 100])
            try await history.append(HistoryTick(time: time, samples: [sample]))
            try await history.prune(before: time)
        }
        let query = SeriesQuery(
            metrics: [.memoryUsedBytes],
            rates: [],
            selection: .only(Self.web),
            from: Self.start,
            through: Self.start + 7_199,
            bucketSeconds: 600
        )
        let points = try await history.series(query).first?.points ?? []
        #expect(points.count == 12)
        #expect(points.allSatisfy { $0.mean == 100 && $0.count == 40 }, "\(points)")
        await history.close()
    }

    @Test func aTickOfAnEarlierTimeEntersItsRollUp() async throws {
        let history = try open()
        try await write(0..<100, to: history, retention: 7_200)
        var late = Self.tick(20)
        late.time += 1
        late.samples[0].values[.cpuPercent] = 500
        try await history.append(late)
        try await write(100..<110, to: history, retention: 7_200)
        let found = try database { db in
            try Row.fetchOne(
                db,
                sql: "SELECT samples, cpu_percent_max FROM container_minute WHERE ts = ?",
                arguments: [Self.start + 300]
            ).map { [$0[0] as Double, $0[1] as Double] }
        }
        #expect(found == [5, 500])
        await history.close()
    }

    @Test func aSamplerThatIsOffStillPrunesEverySample() async throws {
        let history = try open()
        try await write(0..<100, to: history, retention: 7_200)
        try await history.prune(before: Self.start + 86_400)
        #expect(await history.status().rows == 0)
        #expect(try await history.series(query(every: 3_600)).first?.points.map(\.count).reduce(0, +) == 100)
        await history.close()
    }

    @Test func rollUpsEndAfterTheirRetention() async throws {
        let history = try open(HistoryRollUps(minutes: .seconds(600), tenMinutes: .seconds(3_600)))
        try await write(0..<2_000, to: history, retention: 600)
        let now = Self.start + 1_999 * 15
        let oldest = try database { db in
            try ["container_sample", "container_minute", "container_ten_minutes"].map { table in
                now - (try Int64.fetchOne(db, sql: "SELECT MIN(ts) FROM \(table)") ?? 0)
            }
        }
        #expect(oldest[0] <= 1_300 && oldest[1] <= 1_200 + 3_700 + 600 && oldest[2] <= 600 + 3_600 + 3_600, "\(oldest)")
        #expect(oldest[1] >= 1_200 && oldest[2] >= 4_200, "\(oldest)")
        await history.close()
    }

    // MARK: Size

    @Test func theFileNeverExceedsItsLimit() async throws {
        let limit = 1 << 20
        let history = try open(maxBytes: limit)
        var largest = 0
        for number in 0..<3_000 {
            let time = Self.start + Int64(number) * 15
            try await history.append(.example(time, containers: 30))
            try await history.prune(before: time - 86_400)
            bench.clock.advance(by: .seconds(15))
            largest = max(largest, bench.bytes())
        }
        #expect(largest <= limit, "\(largest) bytes")
        #expect(largest > limit / 2)
        #expect(await history.status().failure == .sizeLimit)
        #expect(await history.status().failures == [.sizeLimit: 1])
        let newest = try await history.history(
            HistoryQuery(metric: .cpuPercent, subject: .host, from: Self.start, through: .max, bucketSeconds: 60)
        )
        #expect(newest.last?.time == HistoryRange.floor(Self.start + 2_999 * 15, to: 60))
        #expect(newest.count > 100, "minutes are kept for longer than samples")
        await history.close()
        #expect(try database { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
    }

    // MARK: Older files

    /// The file was written by a Tally whose layout had version 1: no names of owners, and no roll-ups.
    @Test func aFileOfTheFirstLayoutIsMigrated() async throws {
        let source = try #require(
            Bundle.module.url(forResource: "history_v1", withExtension: "sqlite", subdirectory: "Fixtures")
        )
        try FileManager.default.copyItem(at: source, to: URL(filePath: bench.path))
        #expect(throws: HistoryError.self) { try HistoryReader(path: bench.path) }
        let history = try open()
        #expect(await history.status().failures.isEmpty)
        let last: Int64 = 1_800_030_901
        #expect(try await history.newestTime() == last)
        #expect(try await history.history(.cpu(of: .host)).map(\.time) == [last - 120, last - 60, last])
        #expect(try await history.history(.cpu(of: .container("c3"))).map(\.mean) == [1, 1, 1])
        #expect(try await history.history(.cpu(of: .process)).map(\.mean) == [3.5, 3.5, 3.5])
        let group = SampleSubject.controlGroup("system.slice/cron.service")
        #expect(try await history.history(.cpu(of: group)).map(\.mean) == [1.5, 1.5, 1.5])
        let subjects = try await history.subjects(from: 0, through: .max)
        #expect(subjects.count == 14 && subjects.first == .host && subjects.last?.name == group.id)

        // It is rolled up and continued like a new one.
        for number in 1...40 {
            let time = last + Int64(number) * 15
            try await history.append(.cpu(time, 2, of: "c3", in: "id3"))
            try await history.prune(before: last - 600)
        }
        #expect(try await history.history(.cpu(of: .container("c3"), every: .max)).map(\.count) == [43])
        let version = try database { db in
            (
                try Int.fetchOne(db, sql: "PRAGMA user_version"),
                try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM container_minute WHERE ts = \(last - 120 - 1)")
            )
        }
        #expect(version.0 == HistorySchema.version && version.1 == 11)
        await history.close()
        _ = try HistoryReader(path: bench.path)
    }

    private func database<Result>(_ body: (Database) throws -> Result) throws -> Result {
        let queue = try DatabaseQueue(path: bench.path)
        defer { try? queue.close() }
        return try queue.writeWithoutTransaction(body)
    }
}
#endif
