#if SQLite
import Foundation
import GRDB
import Tally
import TallyTestSupport
import TallyTesting
import Testing

@testable import TallySampler

/// Queries of a dashboard answered from a file, from its roll-ups, and by a second process.
@Suite(.timeLimit(.minutes(10)))
struct SQLiteSeriesQueryTests {
    private static let start: Int64 = 1_800_000_000
    private let bench: HistoryBench

    init() throws {
        bench = try HistoryBench()
    }

    private static let metrics: [SampleMetric] = [.cpuPercent, .memoryUsedBytes, .load1]
    private static let rates: [SampleMetric] = [.cpuSeconds, .networkReceivedBytes]

    /// Owners of several kinds, some with two containers, which come, go and restart.
    private static func tick(_ number: Int, _ generator: inout some RandomNumberGenerator) -> HistoryTick {
        var samples = [Sample(subject: .host, values: [.load1: Double(number), .cpuSeconds: Double(number) * 3])]
        for id in 0..<12 where Int.random(in: 0..<8, using: &generator) > 0 {
            let subject = SampleSubject(
                kind: id % 2 == 0 ? "instance" : "site",
                id: "\(id / 3)",
                name: "n\(id % 2).\(id / 3)"
            )
            let restarts = number > 40 && id == 5
            samples.append(
                Sample(
                    subject: id == 11 ? .controlGroup("a") : subject,
                    containerID: "c\(id)",
                    values: [
                        .cpuPercent: Double.random(in: 0...100, using: &generator).rounded(),
                        .memoryUsedBytes: Double(id + number),
                        .cpuSeconds: Double(restarts ? number - 41 : number + id),
                        .networkReceivedBytes: Double(number * (id + 1) * 100),
                    ]
                )
            )
        }
        return HistoryTick(time: start + Int64(number) * 15, samples: samples)
    }

    private static let selections: [HistorySelection] = [
        .all, .all(of: "instance"), .all(of: .host), .all(of: .controlGroup), .top(3, by: .cpuPercent),
        .top(2, by: .networkReceivedBytes, of: "site"), .top(1, by: .cpuSeconds, of: .controlGroup),
        .only(SampleSubject(kind: "site", id: "1"), .host), .only(SampleSubject(kind: "none", id: "1")),
    ]

    private func query(_ selection: HistorySelection, from: Int64 = 0, through: Int64 = 1200, every: Int64 = 60)
        -> SeriesQuery
    {
        SeriesQuery(
            metrics: Self.metrics,
            rates: Self.rates,
            selection: selection,
            from: Self.start + from,
            through: Self.start + through,
            bucketSeconds: every
        )
    }

    @Test func answersEqualThoseOfTheMemoryStore() async throws {
        let file = try bench.open()
        let memory = MemoryHistory(maxSamples: .max)
        var generator = SystemRandomNumberGenerator()
        for number in 0..<80 {
            let tick = Self.tick(number, &generator)
            try await file.append(tick)
            try await memory.append(tick)
        }
        let ranges: [(Int64, Int64, Int64)] = [(0, 1200, 60), (100, 500, 15), (0, 899, 1), (0, 0, 60), (300, 299, 1)]
        for selection in Self.selections {
            for (from, through, every) in ranges {
                let query = query(selection, from: from, through: through, every: every)
                expectEqual(try await file.series(query), try await memory.series(query), "\(query)")
            }
        }
        let subjects = try await file.subjects(from: Self.start, through: .max)
        let expected = try await memory.subjects(from: Self.start, through: .max)
        #expect(subjects == expected)
        #expect(subjects.map(\.name) == expected.map(\.name))
        await file.close()
    }

    @Test func ticksThatWaitAreInTheAnswer() async throws {
        let memory = MemoryHistory(maxSamples: .max)
        let file = try bench.open()
        var generator = SystemRandomNumberGenerator()
        var waiting = TickBuffer()
        for number in 0..<60 {
            let tick = Self.tick(number, &generator)
            // Some ticks are in both, as when they move to the file during a query, and one was written late.
            if number < 40 && number != 30 { try await file.append(tick) }
            if number >= 35 || number == 30 { waiting.insert(tick) }
            try await memory.append(tick)
        }
        let reader = HistoryFileReader(path: bench.path, options: HistoryFile.Options())
        for selection in Self.selections {
            var query = query(selection, every: 15)
            query.rates = []
            if case .top(_, let metric, _) = selection.choice, metric.isTotal { continue }
            let found = try await reader.series(query, and: waiting)
            expectEqual(found, try await memory.series(query), "\(selection)")
        }
        await reader.end()
        await file.close()
    }

    private func expectEqual(_ found: [HistorySeries], _ expected: [HistorySeries], _ comment: Comment) {
        #expect(found.map(\.subject) == expected.map(\.subject), comment)
        #expect(found.map(\.metric) == expected.map(\.metric), comment)
        #expect(found.map(\.isRate) == expected.map(\.isRate), comment)
        for (one, other) in zip(found, expected) {
            #expect(one.points.map(\.time) == other.points.map(\.time), comment)
            #expect(one.points.map(\.count) == other.points.map(\.count), comment)
            #expect(one.points.map(\.isPartial) == other.points.map(\.isPartial), comment)
            for (point, expected) in zip(one.points, other.points) {
                for part in [\HistoryPoint.min, \.mean, \.max] {
                    let difference = abs(point[keyPath: part] - expected[keyPath: part])
                    #expect(difference <= 1e-9 * abs(expected[keyPath: part]), comment)
                }
            }
        }
    }

    @Test func historyCanBeReadFromTheStartUntilTheStop() async throws {
        let sampler = Sampler(
            sources: [SamplerBench.host],
            store: try bench.open(),
            clock: ManualClock(),
            wallSeconds: { Double(Self.start) },
            in: MetricRegistry()
        )
        func read() async throws -> [HistoryPoint] {
            try await sampler.history(of: .cpuPercent, for: .host, last: .seconds(3600), every: .seconds(60))
        }
        #expect(try await read().isEmpty)
        try sampler.start()
        #expect(try await read().isEmpty)
        await sampler.stop()
        let error = await #expect(throws: HistoryError.self) { try await read() }
        #expect(error?.code == .closed)
    }

    // MARK: A second process

    @Test func aSecondProcessReadsTheFileWhileItIsWritten() async throws {
        let history = try bench.open()
        let reader = try HistoryReader(path: bench.path) { [bench] in bench.wall.withLock { $0 } }
        let site = SampleSubject(kind: "site", id: "1", name: "a")
        for number in 0..<5 {
            let time = Self.start + Int64(number) * 15
            let sample = Sample(subject: site, containerID: "x", values: [.cpuPercent: Double(number)])
            try await history.append(HistoryTick(time: time, samples: [sample]))
            bench.wall.withLock { $0 = Double(time) }
            let found = try await reader.history(of: [.cpuPercent], in: .last(.seconds(3600)), every: .seconds(1))
            #expect(found.first?.points.map(\.max) == (0...number).map(Double.init))
        }
        #expect(try await reader.subjects(in: .last(.seconds(60))) == [site])
        #expect(try await reader.subjects(in: .times(from: 0, through: 9)) == [])
        #expect(await history.status().failures.isEmpty)
        await history.close()
    }

    @Test func anEquivalentNameReplacesTheOneBefore() async throws {
        let history = try bench.open()
        let reader = try HistoryReader(path: bench.path) { [bench] in bench.wall.withLock { $0 } }
        for (number, name) in ["é", "e\u{301}"].enumerated() {
            let time = Self.start + Int64(number) * 15
            let site = SampleSubject(kind: "site", id: "1", name: name)
            try await history.append(HistoryTick(time: time, samples: [Sample(subject: site, values: [.load1: 1])]))
            bench.wall.withLock { $0 = Double(time) }
            let found = try await reader.subjects(in: .last(.seconds(60)))
            #expect(found.map { Array($0.name.utf8) } == [Array(name.utf8)])
        }
        await history.close()
    }

    @Test func aReaderNeverCreatesOrChangesAFile() throws {
        let missing = #expect(throws: HistoryError.self) { try HistoryReader(path: bench.path) }
        #expect(missing?.code == .unreadable)
        try Data("text".utf8).write(to: URL(filePath: bench.path))
        let other = #expect(throws: HistoryError.self) { try HistoryReader(path: bench.path) }
        #expect(other?.code == .foreignFile)
        #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder.url.path) == ["history.sqlite"])
    }
}
#endif
