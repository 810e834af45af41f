import Tally
import TallyTesting
import Testing

@testable import TallySampler

/// The samples of several sources, and the sums over containers: true, or absent.
struct SampleJoinTests {
    private var join = SampleJoin()

    // MARK: One sample for each container

    /// The README's sources: what an engine and the control groups both report is stored once.
    @Test(arguments: [false, true])
    mutating func aContainerOfAnEngineAndAControlGroupIsStoredOnce(_ engineIsFirst: Bool) {
        let groups = SourceRound([.group("docker/id1", "id1", [.cpuSeconds: 7]), .group("system.slice/a.service", nil)])
        let engine = SourceRound([.container(1, [.cpuPercent: 12])], running: 1)
        let joined = engineIsFirst ? join.tick(engine, groups) : join.tick(groups, engine)
        let web = joined.samples.filter { $0.containerID == "id1" }
        #expect(web.map(\.subject) == [.container("c1")])
        // The engine's values, completed by the control group's.
        #expect(web.first?.values == [.cpuPercent: 12, .memoryUsedBytes: 100, .cpuSeconds: 7])
        #expect(joined.samples.map(\.subject.kind).filter { $0 == .controlGroup }.count == 1)
    }

    @Test mutating func aControlGroupStandsInForAContainerThatHangs() {
        let groups = SourceRound([.group("docker/id1", "id1"), .group("docker/id2", "id2")])
        let whole = SourceRound([.container(1), .container(2)], running: 2)
        _ = join.tick(groups, whole)
        let joined = join.tick(groups, SourceRound([.container(1)], running: 2).failing("id2"))
        #expect(Set(joined.samples.map(\.subject)) == [.host, .container("c1"), .container("c2")])
        #expect(joined.substitutes.map(\.subject) == [.container("c2")])
        #expect(joined.host?[.workloadCPUPercent] == 20)
        // A slow engine or one that is down is replaced too. What the engine has removed is a control group again.
        let slow = join.tick(groups, nil)
        #expect(slow.samples.map(\.subject) == [.host], "held back, because the engine may answer")
        #expect(slow.host?[.workloadCPUPercent] == 20)
        #expect(Set(join.beginTick()?.samples.map(\.subject) ?? []) == [.container("c1"), .container("c2")])
        #expect(join.beginTick() == nil)
        #expect(Set(join.tick(groups, .failed).samples.map(\.subject)) == [.host, .container("c1"), .container("c2")])
        let removed = join.tick(groups, SourceRound([.container(1)], running: 1))
        #expect(removed.samples.contains { $0.subject == .controlGroup("docker/id2") })
    }

    /// The networks that have left a container before the first reading differ between the two.
    @Test mutating func aControlGroupsNetworksDoNotMixWithAnEngines() {
        let groups = SourceRound([.group("docker/id1", "id1", [.networkReceivedBytes: 7])])
        let engine = SourceRound([.container(1)], running: 1)
        for round in [engine, .failed] {
            let sample = join.tick(groups, round).samples.first { $0.containerID == "id1" }
            #expect(sample != nil)
            #expect(sample?.values[.networkReceivedBytes] == nil)
        }
    }

    // MARK: Sums

    @Test mutating func sumsAreOverAllContainersOrAbsent() {
        let two = SourceRound([.container(1), .container(2)], running: 2)
        #expect(join.tick(two).host == [.containersRunning: 2, .workloadCPUPercent: 20, .workloadMemoryUsedBytes: 200])
        // One of three hangs, a container has no share yet, a part of the answer failed, the engine is down.
        #expect(
            join.tick(SourceRound([.container(1), .container(2)], running: 3).failing("id3")).host == [
                .containersRunning: 3
            ]
        )
        let new = SourceRound([.container(1), .container(2, [.memoryUsedBytes: 100])], running: 2)
        #expect(join.tick(new).host == [.containersRunning: 2, .workloadMemoryUsedBytes: 200])
        var partial = two
        partial.partErrors = [SourceError(.limit, "1001 containers")]
        #expect(join.tick(partial).host == [.containersRunning: 2])
        #expect(join.tick(.failed).host == nil)
        #expect(join.tick(nil).host == nil)
        #expect(join.tick(two).host?[.workloadCPUPercent] == 20)
    }

    /// An engine that was killed and restarted knows no shares; the control groups of the same tick do.
    @Test mutating func aContainerThatDoesNotRunLeavesTheSumsKnown() {
        var restarting = Sample(subject: .container("c2"), containerID: "id2")
        restarting.details = [SampleDetail(.state, ["restarting"], 1)]
        let host = join.tick(SourceRound([.container(1), restarting], running: 1)).host
        #expect(host?[.workloadCPUPercent] == 10)
        #expect(host?[.workloadMemoryUsedBytes] == 100)
    }

    @Test mutating func controlGroupsCompleteTheSums() {
        let groups = SourceRound([.group("docker/id1", "id1"), .group("docker/id2", "id2")])
        _ = join.tick(groups, SourceRound([.container(1), .container(2)], running: 2))
        let restarted = SourceRound([.container(1, [.cpuPercent: 0.08]), .container(2, [:])], running: 2)
        #expect(join.tick(groups, restarted).host?[.workloadCPUPercent] == 10.08)
        #expect(join.tick(groups, .failed).host?[.workloadCPUPercent] == 20)
        // The groups lack a container that the engine knows.
        let fewer = SourceRound([.group("docker/id1", "id1")])
        #expect(join.tick(fewer, .failed).host == nil)
    }

    @Test mutating func aRoundThatEndsLateHasTheSumsOfItsTick() {
        let engine = SourceRound([.container(1)], running: 1)
        _ = join.tick(SourceRound([.group("libpod/id9", "id9"), .group("docker/id1", "id1")]), nil)
        let late = join.joined([(1, engine)], pending: [])
        #expect(late.host == [.containersRunning: 1, .workloadCPUPercent: 20, .workloadMemoryUsedBytes: 200])
        #expect(Set(late.samples.map(\.subject)) == [.host, .container("c1"), .controlGroup("libpod/id9")])
        #expect(join.beginTick() == nil)
    }

    /// At the first tick, no container has a name yet. With a slow engine, every tick is like this.
    @Test mutating func aSlowEnginesContainersAreStoredOnceATick() {
        let groups = SourceRound([.group("docker/id1", "id1"), .group("docker/id2", "id2")])
        for _ in 0..<3 {
            #expect(join.tick(groups, nil).samples.map(\.subject) == [.host])
            let late = join.joined([(1, SourceRound([.container(1)], running: 2).failing("id2"))], pending: [])
            let containers = late.samples.compactMap(\.containerID).sorted()
            #expect(containers == ["id1", "id2"])
        }
    }

    @Test mutating func anotherEngineThatIsSlowMakesTheSumsUnknown() {
        let one = SourceRound([.container(1)], running: 1)
        let other = SourceRound([.container(2)], running: 1)
        #expect(join.tick(one, other).host?[.containersRunning] == 2)
        #expect(join.tick(one, nil).host == nil)
    }

    // MARK: Counts

    /// The engine's own count: paused, new and failing containers, and those beyond the limit.
    @Test mutating func runningContainersAreWhatTheEngineCounts() {
        #expect(join.tick(SourceRound([.container(1), .container(2)], running: 9)).host?[.containersRunning] == 9)
        #expect(join.tick(SourceRound([], running: 9)).host == [.containersRunning: 9])
        let paused = SourceRound([.container(1), .container(2)], running: 1)
        #expect(join.tick(paused, SourceRound([.group("docker/id3", "id3")])).host?[.containersRunning] == 1)
        // An engine that is down counts nothing; its containers' groups still run.
        let groups = SourceRound([.group("a/id1", "id1"), .group("a/id2", "id2"), .group("a/id3", "id3")])
        #expect(join.tick(.failed, groups).host?[.containersRunning] == 3)
        #expect(join.tick(.failed, SourceRound([.group("a/id1", "id1")]).failing("x")).host == nil)
    }

    @Test mutating func engineCountsAreSummed() {
        #expect(join.tick(SourceRound([], running: 3), SourceRound([], running: 4)).host?[.containersRunning] == 7)
        let huge = join.tick(SourceRound([], running: .max), SourceRound([], running: .max))
        #expect(huge.host?[.containersRunning] == 2 * Double(Int.max))
        #expect(join.tick(SourceRound([], running: 3), nil).hasCounted == false)
    }

    @Test mutating func containersKnownOnlyFromControlGroupsCountAsWorkload() {
        let samples: [Sample] = [
            .group("docker/a", "a"), .group("docker/b", "b"), .group("system.slice/cron.service", nil),
            Sample(subject: .container("web"), containerID: "a", values: [.cpuPercent: 12, .memoryUsedBytes: 90]),
        ]
        #expect(
            join.tick(SourceRound(samples)).host
                == [.containersRunning: 2, .workloadCPUPercent: 22, .workloadMemoryUsedBytes: 190]
        )
    }

    @Test mutating func valuesOfTheHostSourceTakePrecedence() {
        let own = Sample(subject: .host, values: [.containersRunning: 42])
        let host = join.tick(SourceRound([own, .container(1)], running: 1)).host
        #expect(host?[.containersRunning] == 42)
        #expect(host?[.workloadCPUPercent] == 10)
    }

    /// The README's source of a pool has only CPU seconds.
    @Test mutating func aSubjectOfYourOwnDoesNotMakeTheSumsUnknown() {
        let pool = SourceRound([Sample(subject: .container("pool"), values: [.cpuSeconds: 3])])
        let engine = SourceRound([.container(1)], running: 1)
        #expect(join.tick(engine, pool).host?[.workloadMemoryUsedBytes] == 100)
    }

    // MARK: Exposed values

    @Test mutating func aContainerIsExposedOnceWhoeverSampledIt() throws {
        let registry = MetricRegistry()
        var latest = try LatestValues(in: registry)
        let groups = SourceRound([.group("docker/id1", "id1", [.blockReadBytes: 9])])
        let engine = SourceRound([.container(1)], running: 1)
        for (round, memory) in [(engine, 100.0), (engine, 100), (.failed, 100), (nil, 100), (engine, 100)] {
            latest.show(join.tick(groups, round))
            let shown = try registry.samples(of: "container_memory_working_set_bytes")
            #expect(shown.map { $0[label: "name"] } == ["c1"])
            #expect(shown.map(\.value) == [memory])
            #expect(try registry.samples(of: "container_fs_reads_bytes_total").map(\.value) == [9])
        }
        // With the engine down, the control group keeps the container exposed.
        for _ in 0..<10 { latest.show(join.tick(groups, .failed)) }
        #expect(try registry.samples(of: "container_memory_working_set_bytes").count == 1)
        for _ in 0..<LatestValues.patience { latest.show(join.tick(SourceRound([]), .failed)) }
        #expect(try registry.samples(of: "container_memory_working_set_bytes").isEmpty)
    }

    @Test mutating func theCountIsExposedUntilTheEngineHasCountedAgain() throws {
        let registry = MetricRegistry()
        var latest = try LatestValues(in: registry)
        func running() throws -> Double? { try registry.value(of: "tally_host_containers_running") }
        latest.show(join.tick(SourceRound([], running: 3)))
        #expect(try running() == 3)
        latest.show(join.tick(nil))
        #expect(try running() == 3, "the engine is still being read")
        latest.show(join.tick(.failed))
        #expect(try running() == nil)
    }
}
