import Testing

@testable import TallySampler

@Suite
struct MemoryHistoryTests {
    @Test func valuesOfABucketBecomeOnePoint() async throws {
        let history = MemoryHistory(maxSamples: 100)
        for (time, value) in [(60, 1.0), (75, 2), (90, 6), (180, 4)] {
            try await history.append(.cpu(Int64(time), value))
        }
        let points = try await history.history(.cpu(every: 60))
        #expect(
            points == [
                HistoryPoint(time: 60, count: 3, min: 1, mean: 3, max: 6),
                HistoryPoint(time: 180, count: 1, min: 4, mean: 4, max: 4),
            ]
        )
    }

    @Test func containersOfOneSubjectAreSummedBeforeAggregation() async throws {
        let history = MemoryHistory(maxSamples: 100)
        let samples = [("a", 10.0), ("b", 20)].map {
            Sample(subject: .container("web"), containerID: $0, values: [.cpuPercent: $1])
        }
        try await history.append(HistoryTick(time: 5, samples: samples))
        try await history.append(.cpu(6, 7))
        let points = try await history.history(.cpu(every: 10))
        #expect(points == [HistoryPoint(time: 0, count: 2, min: 7, mean: 18.5, max: 30)])
    }

    @Test func subjectsAreListedOnceSortedByKindAndBytes() async throws {
        let history = MemoryHistory(maxSamples: 100)
        let late: [SampleSubject] = [
            .controlGroup("a"), .container("b"), .container("é"), .container("e\u{301}"), .process,
        ]
        try await history.append(HistoryTick(time: 5, samples: [.container("a"), .host].map { Sample(subject: $0) }))
        try await history.append(HistoryTick(time: 6, samples: (late + [.host]).map { Sample(subject: $0) }))
        let listed: [SampleSubject] = [
            .process, .container("b"), .container("e\u{301}"), .container("é"), .controlGroup("a"),
        ]
        #expect(try await history.subjects(from: 6, through: 6) == [.host] + listed)
        #expect(try await history.subjects(from: 5, through: 5) == [.host, .container("a")])
        #expect(try await history.subjects(from: 7, through: .max).isEmpty)
        #expect(try await history.subjects(from: .max, through: .min).isEmpty)
    }

    @Test func metricsAreFoundByName() {
        #expect(SampleMetric("cpu_percent") == .cpuPercent)
        #expect(SampleMetric(SampleMetric.containersRunning.description) == .containersRunning)
        for name in ["", "cpu", "CPU_PERCENT", "cpu_percent; DROP TABLE series"] { #expect(SampleMetric(name) == nil) }
    }

    @Test func theOldestTicksAreEvictedWhole() async throws {
        let history = MemoryHistory(maxSamples: 7)
        for time in 1...5 { try await history.append(.example(Int64(time))) }
        #expect(await history.status().rows == 6)
        let points = try await history.history(.cpu(of: .host))
        #expect(points.map(\.time) == [4, 5])
        await #expect(throws: HistoryError.self) { try await history.append(.example(6, containers: 7)) }
        #expect(try await history.newestTime() == 5)
    }

    @Test func pruningRemovesTicksBeforeTheCutoff() async throws {
        let history = MemoryHistory(maxSamples: 1000)
        for time in 1...200 { try await history.append(.cpu(Int64(time), 1)) }
        try await history.prune(before: 190)
        #expect(try await history.history(.cpu()).map(\.time) == Array(190...200))
        #expect(await history.status().rows == 11)
        try await history.prune(before: .max)
        #expect(await history.status() == HistoryStatus(rows: 0, bytes: 0))
        #expect(try await history.newestTime() == nil)
    }

    @Test func aTickReplacesAnotherWithTheSameTime() async throws {
        let history = MemoryHistory(maxSamples: 100)
        for (time, value) in [(10, 1.0), (20, 2), (10, 3), (15, 4)] {
            try await history.append(.cpu(Int64(time), value))
        }
        let points = try await history.history(.cpu())
        #expect(points.map(\.time) == [10, 15, 20])
        #expect(points.map(\.max) == [3, 4, 2])
        #expect(await history.status().rows == 3)
    }

    @Test func nonFiniteValuesAreAbsent() async throws {
        let history = MemoryHistory(maxSamples: 100)
        for (time, value) in [(1, Double.nan), (2, .infinity), (3, -.infinity), (4, .greatestFiniteMagnitude)] {
            try await history.append(.cpu(Int64(time), value))
        }
        try await history.append(.cpu(5, .greatestFiniteMagnitude))
        let points = try await history.history(.cpu(every: 100))
        #expect(points.map(\.count) == [2])
        #expect(points.map(\.mean) == [.greatestFiniteMagnitude])
    }

    /// No input from outside traps.
    @Test(arguments: [
        (Int64.min, Int64.max, Int64.min), (.max, .min, 1), (.min, .min, 0), (.max, .max, .max), (0, .max, .max),
        (.min, 0, -1),
    ])
    func everyRangeAndBucketSizeIsAccepted(_ from: Int64, _ through: Int64, _ bucket: Int64) async throws {
        let history = MemoryHistory(maxSamples: 100)
        for time in [Int64.min, -7, 0, 7, .max] { try await history.append(.cpu(time, 1)) }
        let points = try await history.history(.cpu(from: from, through: through, every: bucket))
        #expect(points.reduce(0) { $0 + $1.count } <= 5)
        #expect(points.map(\.time) == points.map(\.time).sorted())
    }

    @Test func bucketsBeforeTheEpochAlsoStartAtMultiples() async throws {
        let history = MemoryHistory(maxSamples: 100)
        for time in [-61, -60, -1, 0] as [Int64] { try await history.append(.cpu(time, 1)) }
        #expect(try await history.history(.cpu(every: 60)).map(\.time) == [-120, -60, 0])
    }

    @Test func pointsAreLimitedToTheNewest() async throws {
        let history = MemoryHistory(maxSamples: 20_000)
        for time in 1...10_050 { try await history.append(.cpu(Int64(time), 1)) }
        let points = try await history.history(.cpu())
        #expect(points.count == 10_000)
        #expect(points.last?.time == 10_050)
    }

    @Test func aMetricThatTheSubjectLacksHasNoPoints() async throws {
        let history = MemoryHistory(maxSamples: 100)
        try await history.append(.example(1))
        let query = HistoryQuery(metric: .load1, subject: .container("c0"), from: 0, through: 9, bucketSeconds: 1)
        #expect(try await history.history(query).isEmpty)
    }

    @Test func appendingAfterClosingThrows() async throws {
        let history = MemoryHistory(maxSamples: 100)
        try await history.append(.cpu(1, 1))
        await history.close()
        await history.close()
        await #expect(throws: HistoryError.self) { try await history.append(.cpu(2, 1)) }
        #expect(try await history.history(.cpu()).count == 1)
        #expect(await history.status().failure == .closed)
    }
}
