import Foundation
import Testing

@testable import TallySampler

/// Queries of a dashboard: several metrics of many subjects, ranks, rates and partial buckets.
struct SeriesQueryTests {
    private let history = MemoryHistory(maxSamples: 100_000)

    private func append(_ time: Int64, _ values: [(SampleSubject, String, [SampleMetric: Double])]) async throws {
        let samples = values.map { Sample(subject: $0, containerID: $1, values: $2) }
        try await history.append(HistoryTick(time: time, samples: samples))
    }

    private func query(
        _ metrics: [SampleMetric],
        rates: [SampleMetric] = [],
        _ selection: HistorySelection,
        from: Int64 = 0,
        through: Int64 = 10_000,
        every bucket: Int64 = 60
    ) async throws -> [HistorySeries] {
        try await history.series(
            SeriesQuery(
                metrics: metrics,
                rates: rates,
                selection: selection,
                from: from,
                through: through,
                bucketSeconds: bucket
            )
        )
    }

    private static func instance(_ id: String) -> SampleSubject { SampleSubject(kind: "instance", id: id) }

    @Test func everySubjectAndMetricComesInOneAnswer() async throws {
        let site = SampleSubject(kind: "site", id: "1", name: "example.org")
        try await append(
            60,
            [
                (.host, "", [.cpuPercent: 50, .load1: 1]), (site, "a", [.cpuPercent: 5, .memoryUsedBytes: 7]),
                (Self.instance("42"), "b", [.cpuPercent: 6]), (.controlGroup("x"), "", [.memoryUsedBytes: 9]),
            ]
        )
        let all = try await query([.cpuPercent, .memoryUsedBytes, .load1], .all)
        let found = all.map { "\($0.subject) \($0.metric) \($0.points[0].max)" }
        #expect(
            found == [
                "host cpu_percent 50.0", "host load1 1.0", "instance 42 cpu_percent 6.0", "site 1 cpu_percent 5.0",
                "site 1 memory_used_bytes 7.0", "control_group x memory_used_bytes 9.0",
            ]
        )
        #expect(try await query([.cpuPercent], .all(of: "site")).map(\.subject.name) == ["example.org"])
        #expect(
            try await query([.cpuPercent], .only(Self.instance("42"), .host, .process)).map(\.subject) == [
                Self.instance("42"), .host,
            ]
        )
        #expect(try await query([.cpuPercent, .cpuPercent], .only(.host)).count == 1)
    }

    @Test func theTopSubjectsComeFirst() async throws {
        for time in 1...4 {
            let values = (1...9).map { number in
                (Self.instance("\(number)"), "id", [SampleMetric.cpuPercent: Double(number % 5), .memoryUsedBytes: 1])
            }
            try await append(
                Int64(time),
                values + [(.host, "", [.cpuPercent: 900]), (.controlGroup("x"), "", [.cpuPercent: 90])]
            )
        }
        #expect(try await query([.memoryUsedBytes], .top(3, by: .cpuPercent)).map(\.subject.id) == ["4", "9", "3"])
        #expect(try await query([.cpuPercent], .top(99, by: .cpuPercent, of: .controlGroup)).map(\.subject.id) == ["x"])
        #expect(try await query([.cpuPercent], .top(-1, by: .cpuPercent)).isEmpty)
        #expect(try await query([.cpuPercent], .top(2, by: .load1)).isEmpty)
    }

    /// The sum of totals would jump with each container that comes or goes.
    @Test func ratesAreComputedByContainerAndThenSummed() async throws {
        let web = Self.instance("web")
        func total(_ value: Double) -> [SampleMetric: Double] { [.networkReceivedBytes: value] }
        try await append(0, [(web, "a", total(1e9)), (web, "b", total(5e9))])
        try await append(10, [(web, "a", total(1e9 + 1000)), (web, "b", total(5e9 + 500))])
        // One leaves, another comes, and one restarts.
        try await append(20, [(web, "a", total(1e9 + 2000)), (web, "c", total(7e9))])
        try await append(30, [(web, "a", total(50)), (web, "c", total(7e9 + 300))])
        try await append(40, [(web, "a", total(150)), (web, "c", total(7e9 + 600))])
        let rates = try await query([], rates: [.networkReceivedBytes], .only(web), every: 10)
        #expect(rates.map(\.isRate) == [true])
        #expect(rates[0].points.map(\.mean) == [150, 100, 30, 40])
        #expect(rates[0].points.map(\.time) == [10, 20, 30, 40])
        // A range that begins later has its first rate too, from the reading before it.
        #expect(
            try await query([], rates: [.networkReceivedBytes], .only(web), from: 20, every: 10)[0].points.map(\.mean)
                == [100, 30, 40]
        )
        #expect(try await query([], rates: [.cpuPercent], .only(web)).isEmpty, "a gauge has no rate")
    }

    @Test func aRateIsUnknownAfterALongGap() async throws {
        for (time, value) in [(0, 0.0), (600, 600), (1202, 1202), (1211, 1211)] {
            try await append(Int64(time), [(.host, "", [.cpuSeconds: value])])
        }
        let rates = try await query([], rates: [.cpuSeconds], .only(.host), every: 1)
        #expect(rates[0].points.map(\.time) == [600, 1211])
        #expect(rates[0].points.map(\.mean) == [1, 1])
    }

    @Test func partialBucketsAreMarked() async throws {
        for time in stride(from: Int64(0), to: 300, by: 15) { try await history.append(.cpu(time, 1)) }
        let web = HistorySelection.only(.container("web"))
        let points = try await query([.cpuPercent], web, from: 90, through: 200)[0].points
        #expect(points.map(\.time) == [60, 120, 180])
        #expect(points.map(\.isPartial) == [true, false, true])
        #expect(points.map(\.count) == [2, 4, 2])
        let whole = try await query([.cpuPercent], web, from: 60, through: 239)[0].points
        #expect(whole.map(\.isPartial) == [false, false, false])
    }

    @Test func answersCanBeEncodedAndDecoded() async throws {
        let site = SampleSubject(kind: "site", id: "1", name: "example.org")
        try await append(60, [(site, "a", [.cpuPercent: 5])])
        let answer = try await query([.cpuPercent], .all)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = String(decoding: try encoder.encode(answer), as: UTF8.self)
        #expect(
            text == #"[{"isRate":false,"metric":"cpu_percent","points":[{"count":1,"isPartial":false,"max":5,"mean":5,"#
                + #""min":5,"time":60}],"subject":{"id":"1","kind":"site","name":"example.org"}}]"#
        )
        let decoded = try JSONDecoder().decode([HistorySeries].self, from: Data(text.utf8))
        #expect(decoded == answer)
        #expect(decoded[0].subject.name == "example.org")
        let unknown = Data(text.replacing("cpu_percent", with: "none").utf8)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([HistorySeries].self, from: unknown) }
    }

    @Test func anAnswerThatIsTooLargeIsRefused() async throws {
        let metrics = SampleMetric.metrics(of: .container)
        let values = Dictionary(uniqueKeysWithValues: metrics.map { ($0, 1.0) })
        let samples = (0..<120).map { Sample(subject: .container("\($0)"), values: values) }
        let large = MemoryHistory(maxSamples: .max)
        for time in 1...1_000 { try await large.append(HistoryTick(time: Int64(time), samples: samples)) }
        let query = SeriesQuery(metrics: metrics, selection: .all, from: 0, through: 9_999, bucketSeconds: 1)
        let error = await #expect(throws: HistoryError.self) { try await large.series(query) }
        #expect(
            error?.description == "tooLarge: the answer exceeds 1000000 points: query fewer subjects or longer buckets"
        )
    }

    @Test func periodsHaveAnEnd() {
        #expect(HistoryPeriod.times(from: 5, through: 4).times(now: 9) == nil)
        #expect(HistoryPeriod.last(.zero).times(now: 9) == nil)
        let times = HistoryPeriod.times(from: 3, through: 4).times(now: 9)
        #expect(times?.from == 3 && times?.through == 4)
        let last = HistoryPeriod.last(.seconds(Int64.max)).times(now: .max)
        #expect(last?.from == 0 && last?.through == HistoryRange.maxTime)
    }

    @Test func kindsAndIDsAreComparedByTheirBytes() {
        #expect(SampleSubject(kind: "é", id: "1") != SampleSubject(kind: "e\u{301}", id: "1"))
        #expect(SampleSubject(kind: "site", id: "1", name: "a") == SampleSubject(kind: "site", id: "1", name: "b"))
        #expect(SampleSubject(kind: "site", id: "1").name == "1")
        #expect(SampleSubject(kind: .host, id: "x") == .host)
        #expect(SampleSubject(kind: "a\0b", id: "c\0d", name: "e\0f").description == "a\u{FFFD}b c\u{FFFD}d")
    }
}
