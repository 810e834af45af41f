#if SQLite
import GRDB
import TallyTesting
import Testing

@testable import TallySampler

/// A series is written only once an hour, and removed with its last sample. No sample may lose its series meanwhile.
@Suite(.timeLimit(.minutes(5)))
struct SQLiteSeriesTests {
    private static let start: Int64 = 1_800_000_000
    private let bench: HistoryBench

    init() throws {
        bench = try HistoryBench()
    }

    @Test(arguments: [600, 7200] as [Int64])
    func aLongLivedContainerKeepsItsHistory(_ retention: Int64) async throws {
        let history = try bench.open()
        let times = (0...360).map { Self.start + $0 * 60 }
        for time in times {
            var tick = HistoryTick.cpu(time, 1)
            // Without another series, one removed too early would get its ID back, and the test would not notice.
            if time >= times[30] { tick.samples += HistoryTick.cpu(time, 1, of: "other").samples }
            try await history.append(tick)
            try await history.prune(before: time - retention)
        }
        let kept = times.filter { $0 >= times[360] - retention }
        #expect(try await history.history(.cpu()).map(\.time) == kept)
        #expect(try series() == 2)
        await history.close()
    }

    /// The file stores NUL as another character, which callers need not know.
    @Test(arguments: ["a\0b", "\0", "quote ' \" %_", "é", "e\u{301}", "\u{FFFD}"])
    func samplesOfAnyNameAreFound(_ name: String) async throws {
        let history = try bench.open()
        try await history.append(.cpu(Self.start, 1, of: name, in: name))
        #expect(try await history.history(.cpu(of: .container(name))).map(\.max) == [1])
        let subjects = try await history.subjects(from: .min, through: .max)
        #expect(subjects == [.container(name.replacing("\0", with: "\u{FFFD}"))])
        let listed = try #require(subjects.first)
        #expect(try await history.history(.cpu(of: listed)).map(\.max) == [1])
        await history.close()
    }

    @Test func aReturningContainerIsFound() async throws {
        let history = try bench.open()
        try await history.append(.cpu(Self.start, 1))
        for hour in 1...6 {
            let time = Self.start + Int64(hour) * 3600
            try await history.append(.cpu(time, 1, of: "other"))
            try await history.prune(before: time - 7200)
        }
        #expect(try series() == 1, "it was gone for longer than the retention")
        let back = Self.start + 6 * 3600 + 60
        try await history.append(.cpu(back, 2))
        #expect(try await history.history(.cpu()).map(\.time) == [back])
        await history.close()
    }

    // MARK: Clocks that were ahead

    @Test func samplesUpToADayAheadAreKept() async throws {
        let history = try bench.open()
        for ahead in [86_400, 86_401] as [Int64] { try await history.append(.cpu(Self.start + ahead, 1)) }
        bench.clock.advance(by: .seconds(86_401))
        try await history.prune(before: 0)
        #expect(try await history.history(.cpu()).map(\.time) == [Self.start + 86_400])
        await history.close()
    }

    @Test func aSeriesFromTheFutureIsRemovedToo() async throws {
        let history = try bench.open()
        try await history.append(.cpu(Self.start + 100_000_000, 1))
        try await removeFuture(history)
        #expect(try series() == 1)
        try await history.prune(before: Self.start + 86_400 + 7200)
        #expect(try series() == 0)
        await history.close()
    }

    @Test func aContainerSampledInTheFutureKeepsItsHistory() async throws {
        let history = try bench.open()
        try await history.append(.cpu(Self.start + 100_000_000, 1))
        try await removeFuture(history)
        let times = (0...40).map { Self.start + $0 * 3600 }
        for time in times {
            try await history.append(.cpu(time, 1))
            try await history.prune(before: time - 7200)
        }
        #expect(try await history.history(.cpu()).map(\.time) == Array(times.suffix(3)))
        await history.close()
    }

    private func removeFuture(_ history: SQLiteHistory) async throws {
        bench.clock.advance(by: .seconds(86_401))
        try await history.prune(before: 0)
        #expect(await history.status().rows == 0)
    }

    private func series() throws -> Int {
        let queue = try DatabaseQueue(path: bench.path)
        defer { try? queue.close() }
        return try queue.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM series") ?? 0 }
    }
}
#endif
