import Tally
import TallyTestSupport
import TallyTesting
import Testing

struct LintTests {
    @Test(arguments: LintCase.all)
    func lintReportsEveryBrokenConvention(_ lintCase: LintCase) throws {
        let problems = try ExpositionParser().parse(lintCase.text).lint()
        #expect(problems.map { "\($0.metric) \($0.code)" } == lintCase.problems)
    }

    private struct Room: LabelSet {
        var roomName: String
        static let schema: [Tally.Label<Self>] = [Label("roomName", \.roomName)]
    }

    @Test func expectNoLintThrowsForBadNames() throws {
        let registry = MetricRegistry()
        try registry.expectNoLint()
        let wait = Gauge("wait_ms", help: "Waits.", in: registry)
        wait.set(5)
        Family<Room, Gauge>("depth", help: "Depth.", in: registry)[Room(roomName: "a")].set(1)
        let failure = #expect(throws: LintError.self) { try registry.expectNoLint() }
        #expect(
            failure?.description == """
                2 problems with metrics:
                  depth: write the label roomName in snake_case [camelCase]
                  wait_ms: write out the unit ms [abbreviatedUnit]
                """
        )
        #expect(failure?.problems == (try registry.lint()))
        try registry.expectNoLint(except: ["wait_ms", "depth"])
        #expect(throws: LintError.self) { try registry.expectNoLint(except: ["wait_ms"]) }
    }

    @Test func familiesWithoutChildrenAreLintedToo() throws {
        let registry = MetricRegistry(constantLabels: ["hostName": "a"], ownMetrics: false)
        let library = MetricRegistry(ownMetrics: false)
        registry.include(library)
        _ = Family<Room, Gauge>("depth_ms", help: " ", in: library)
        _ = Family<Room, Counter>("joins", help: "Joins.", in: registry)
        _ = Family<Room, Histogram>("wait_seconds", help: "Waits.", in: library)
        // The words of a standard name are the kernel's.
        _ = try MirroredFamily("node_memory_MemTotal_bytes", help: "Memory there is.", in: registry)
        let problems = try registry.lint().map { "\($0.metric) \($0.code)" }
        #expect(
            problems == [
                "depth_ms abbreviatedUnit", "depth_ms camelCase", "depth_ms missingHelp", "joins_total camelCase",
                "joins_total camelCase", "wait_seconds camelCase",
            ]
        )
    }

    @Test func openMetricsCountersAreLintedByTheirSampleName() throws {
        let text = "# TYPE mail_sent counter\n# HELP mail_sent Letters.\nmail_sent_total 1\n# EOF\n"
        #expect(try ExpositionParser(.openMetrics).parse(text).lint().isEmpty)
        let other = "# TYPE mail_ms counter\n# HELP mail_ms Letters.\nmail_ms_total 1\n# EOF\n"
        let problems = try ExpositionParser(.openMetrics).parse(other).lint()
        #expect(problems.map(\.description) == ["mail_ms_total: write out the unit ms [abbreviatedUnit]"])
    }

    @Test func gaugeHistogramsAndStateSetsAreLintedToo() throws {
        let text = """
            # TYPE q_gaugehistogram gaugehistogram
            # HELP q_gaugehistogram Queue.
            q_gaugehistogram_bucket{le="+Inf"} 1
            # TYPE door_total stateset
            # HELP door_total Doors.
            door_total{door_total="open"} 1
            # EOF
            """
        let problems = try ExpositionParser(.openMetrics).parse(text).lint()
        #expect(problems.map(\.code) == [.totalWithoutCounter, .typeInName])
    }
}
