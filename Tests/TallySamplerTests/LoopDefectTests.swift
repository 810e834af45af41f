import Tally
import TallyTesting
import Testing

@testable import TallySampler

/// Regression tests for defects found in a review of the loop.
@Suite(.timeLimit(.minutes(5)))
struct LoopDefectTests {
    private let bench = SamplerBench()

    // MARK: Time

    /// A machine without a hardware clock starts in 1970 and then jumps. Pruning must not take years to follow.
    @Test func pruningSkipsATimeSpanWithoutSamples() {
        var times = TickTimes(newest: nil)
        var cutoffs: [Int64?] = []
        let jump = 1_800_000_000.0
        for number in 0..<400 {
            let stamp = times.stamp(
                wall: 15 * Double(number) + (number < 2 ? 0 : jump),
                elapsed: .seconds(15 * number),
                interval: .seconds(15),
                retention: .seconds(7200)
            )
            cutoffs.append(stamp?.cutoff)
        }
        #expect(cutoffs[399] == Int64(jump) + 15 * 399 - 7200)
        // Pruning is slow until every sample from before the jump is gone.
        #expect((cutoffs[60] ?? 0) < 10_000)
    }

    /// The clock jumps first to the recorded time of the last shutdown, and then to the current time.
    @Test func pruningSkipsTwoTimeSpansWithoutSamples() {
        var times = TickTimes(newest: nil)
        var cutoffs: [Int64?] = []
        let (first, second) = (1_700_000_000.0, 1_800_000_000.0)
        for number in 0..<400 {
            let stamp = times.stamp(
                wall: 15 * Double(number) + (number < 2 ? 0 : number < 20 ? first : second),
                elapsed: .seconds(15 * number),
                interval: .seconds(15),
                retention: .seconds(7200)
            )
            cutoffs.append(stamp?.cutoff)
        }
        #expect(cutoffs[399] == Int64(second) + 15 * 399 - 7200)
        // Samples from between the two jumps are pruned slowly too.
        #expect(cutoffs.contains { Int64(first)...Int64(first) + 1000 ~= $0 ?? 0 })
        for (one, next) in zip(cutoffs, cutoffs.dropFirst()) {
            guard let one, let next, next - one > 150 else { continue }
            #expect(!(one..<next).contains(Int64(first) + 30), "a sample was pruned at once")
        }
    }

    @Test func applyingSettingsAfterAnOverrunMakesNoExtraTick() {
        var grid = TickGrid(start: .zero)
        #expect(grid.ticked(every: .seconds(15), now: .seconds(23)) == 1)
        #expect(grid.due == .seconds(33))
        grid.apply(.on(interval: .seconds(15), retention: .seconds(1)), now: .seconds(25))
        #expect(grid.due == .seconds(33))
    }

    @Test func aWakeIsHandledOnce() async throws {
        let sampler = bench.sampler(SamplerBench.host)
        try sampler.start()
        await bench.reach(3)
        await bench.store.ticked(1)
        await bench.asleep(until: 18)
        sampler.wake()
        await bench.awaitSettingsRequests(2)
        for tick in 2...4 {
            await bench.reach(Double(3 + 15 * (tick - 1)))
            await bench.store.ticked(tick)
        }
        await bench.asleep(until: 63)
        #expect(bench.settingsRequests == 5, "once a tick, and once for the wake")
        await sampler.stop()
    }

    @Test func historyWithoutAWallClockEndsAtItsLastTick() async throws {
        let sampler = bench.sampler(SamplerBench.host)
        try sampler.start()
        await bench.reach(3)
        await bench.store.ticked(1)
        bench.wall.withLock { $0 = .nan }
        let points = try await sampler.history(of: .cpuPercent, for: .host, last: .seconds(60), every: .seconds(1))
        #expect(points.map(\.time) == [1_800_000_003])
        await sampler.stop()
    }

    // MARK: Exposed values

    @Test func aFailedListRemovesNoContainer() async throws {
        let fails = Locked(false)
        let source = SampleSource("docker") { _ in
            if fails.withLock(\.self) { return SourceReading(errors: [SourceError(.refused, "the list")]) }
            return SourceReading(samples: [.container(1)])
        }
        let sampler = bench.sampler(source)
        try sampler.start()
        await bench.reach(3)
        await bench.store.ticked(1)
        fails.withLock { $0 = true }
        await bench.reach(18)
        await bench.store.ticked(2)
        await bench.asleep(until: 33)
        #expect(try bench.registry.samples(of: "container_memory_working_set_bytes").count == 1)
        await sampler.stop()
    }

    @Test func sourceMetricsAreHiddenWhileSamplingIsOff() async throws {
        let sampler = bench.sampler(SamplerBench.host)
        try sampler.start()
        await bench.reach(3)
        await bench.store.ticked(1)
        await bench.asleep(until: 18)
        #expect(try bench.value("tally_sampler_source_up", ["source": "host"]) == 1)
        bench.settings.withLock { $0 = .success(SamplingSettings(interval: .zero)) }
        sampler.wake()
        await bench.asleep(until: 63)
        #expect(try bench.value("tally_sampler_source_up", ["source": "host"]) == nil)
        #expect(try bench.value("node_load1") == nil)
        await sampler.stop()
        #expect(try bench.registry.samples(of: "tally_sampler_source_up").isEmpty)
    }

    @Test func aQuickRestartIsNotTakenForALateAnswer() throws {
        let registry = MetricRegistry()
        var latest = try LatestValues(in: registry)
        for seconds in [10.0, 6] { latest.show([.container(1, [.cpuSeconds: seconds])]) }
        #expect(try registry.samples(of: "container_cpu_usage_seconds_total").map(\.value) == [6])
    }

    @Test func aContainerIsShownOnceAndSurplusContainersAreCounted() throws {
        let registry = MetricRegistry()
        var latest = try LatestValues(in: registry)
        let group = Sample(subject: .controlGroup("docker/id1"), containerID: "id1", values: [.memoryUsedBytes: 1])
        #expect(latest.show([group, .container(1)]) == 0)
        #expect(try registry.samples(of: "container_memory_working_set_bytes").map { $0[label: "name"] } == ["c1"])
        #expect(latest.show((0..<510).map { .container($0) }) == 10)
    }

    // MARK: Reports

    @Test func aFailureBetweenTwoTicksIsReported() async throws {
        let sampler = bench.sampler(SamplerBench.host)
        try sampler.start()
        await bench.reach(3)
        await bench.store.ticked(1)
        bench.store.failures.withLock { $0 = [.corrupt: 1] }
        await bench.reach(18)
        await bench.store.ticked(2)
        await bench.reach(33)
        await bench.asleep(until: 48)
        let told = bench.reports.withLock { $0.filter { $0.kind == .historyFailure }.map(\.message) }
        #expect(told.count == 1)
        #expect(told.first?.hasPrefix("corrupt: ") == true && told.first?.hasSuffix("(already recovered)") == true)
        await sampler.stop()
    }

    @Test func differentFailuresAreReportedAndRepeatedOnesAreNot() {
        let told = Locked<[String]>([])
        let reports = Reports { report in told.withLock { $0.append("\(report.kind) \(report.message)") } }
        reports.set(.history, "busy", as: "busy")
        reports.set(.history, "busy still", as: "busy")
        reports.set(.history, "full", as: "full")
        reports.set(.history, nil)
        reports.set(.history, nil)
        #expect(told.withLock(\.self) == ["history failing busy", "history failing full", "history recovered "])
    }
}
