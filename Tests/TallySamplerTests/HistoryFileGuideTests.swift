#if SQLite
import Foundation
import GRDB
import TallyTestSupport
import Testing

@testable import TallySampler

/// The guide "The history file" describes the file as it is, and SQLite's own program runs its queries.
@Suite(.timeLimit(.minutes(5)))
struct HistoryFileGuideTests {
    private static let path = "Sources/TallySampler/TallySampler.docc/TheHistoryFile.md"
    private static let start: Int64 = 1_800_000_000
    private let bench: HistoryBench

    init() throws {
        bench = try HistoryBench()
    }

    private func write() async throws {
        let history = try bench.open { $0.rollUps = HistoryRollUps() }
        let web = SampleSubject(kind: "instance", id: "42", name: "web")
        for number in 0...40 {
            let time = Self.start + Int64(number) * 30
            let samples = [
                Sample(
                    subject: .host,
                    values: [.cpuPercent: 50, .workloadCPUPercent: 12, .memoryUsedBytes: Double(number)]
                ),
                Sample(
                    subject: web,
                    containerID: "a",
                    values: [.cpuPercent: 5, .networkReceivedBytes: Double(number * 300)]
                ),
                Sample(
                    subject: web,
                    containerID: "b",
                    values: [.cpuPercent: 6, .networkReceivedBytes: Double(number * 60)]
                ),
                Sample(
                    subject: .container("db"),
                    containerID: "c",
                    values: [.cpuPercent: 1, .networkReceivedBytes: 7]
                ),
            ]
            try await history.append(HistoryTick(time: time, samples: samples))
            try await history.prune(before: 0)
        }
        await history.close()
    }

    /// The first and the last line of each answer.
    private static let answers: [String: (lines: Int, first: String, last: String)] = [
        "host": (21, "1800000000|50.0|12.0|1.0", "1800001200|50.0|12.0|40.0"),
        "owner": (21, "1800000000|11.0|11.0|11.0", "1800001200|11.0|11.0|11.0"),
        "top": (2, "instance|42|web|11.0", "container|db|db|1.0"),
        "rate": (80, "1800000030|42|12.0", "1800001200|db|0.0"),
        "month": (2, "2027-01-15|42|11.0|11.0", "2027-01-15|db|1.0|1.0"),
    ]

    @Test(SQLiteFaultTests.hasProgram) func theFiveQueriesRunInSQLitesOwnProgram() async throws {
        try await write()
        let queries = try Guide(Self.path).sql
        #expect(queries.count == 5)
        for query in queries {
            let lines = try bench.sqlite(query.text).split(separator: "\n")
            let answer = try #require(Self.answers[query.name])
            #expect(lines.count == answer.lines, "\(query.name): \(lines)")
            #expect(lines.first.map(String.init) == answer.first, "\(query.name)")
            #expect(lines.last.map(String.init) == answer.last, "\(query.name)")
        }
    }

    @Test func everyTableAndColumnIsDocumented() async throws {
        try await write()
        let root = URL(filePath: #filePath).appending(path: "../../..").standardized
        let page = try String(contentsOf: root.appending(path: Self.path), encoding: .utf8)
        let queue = try DatabaseQueue(path: bench.path)
        let names = try await queue.read { db in
            let tables = try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
            let columns = try tables.flatMap { table in
                try String.fetchAll(db, sql: "SELECT name FROM pragma_table_info(?)", arguments: [table])
            }
            return tables + columns
        }
        try queue.close()
        let metrics = Set(HistoryTable.allCases.flatMap(\.metrics).map(\.description))
        for name in Set(names) where name != "ts" {
            let isExtreme = ["_min", "_max"].contains {
                name.hasSuffix($0) && metrics.contains(String(name.dropLast(4)))
            }
            #expect(page.contains("`\(name)`") || isExtreme, "\(name) is not documented")
        }
        #expect(page.contains("is \(HistorySchema.applicationID) (`Taly`)"))
        #expect(page.contains("layout: \(HistorySchema.version)."))
    }
}
#endif
