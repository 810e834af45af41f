import Tally
import TallyTesting
import Testing

@testable import TallySampler

/// A source or a target that hangs does not affect the ticks of the others.
@Suite(.timeLimit(.minutes(10)))
struct SlowSourceTests {
    private let bench = SamplerBench()

    init() {
        bench.settings.withLock { $0 = .success(SamplingSettings(interval: .seconds(6))) }
    }

    /// An engine with ten containers, of which the fourth waits for `hold`.
    private func engine(_ hold: Hold, asked: Counted = Counted()) -> SampleSource {
        SampleSource("docker") { _ in
            let targets = (0..<10).map { number in
                SampleTarget(id: "id\(number)") {
                    if number == 3 {
                        await hold.wait()
                        if Task.isCancelled { throw CancellationError() }
                    }
                    asked.count()
                    return .container(number)
                }
            }
            return SourceReading(targets: targets, containersRunning: 10)
        }
    }

    private func containers(_ tick: HistoryTick) -> Int { tick.samples.count { $0.subject.kind == .container } }
    private func hasHost(_ tick: HistoryTick) -> Bool {
        tick.samples.contains { $0.subject == .host && $0.values[.cpuPercent] != nil }
    }

    @Test func oneHangingContainerOfTenDelaysNoTickAndNoOtherContainer() async throws {
        let (hold, asked) = (Hold(), Counted())
        let sampler = bench.sampler(SamplerBench.host, engine(hold, asked: asked))
        try sampler.start()
        await bench.reach(3)
        await asked.wait(9)
        // The tick is written without the engine after two seconds, and the next one too.
        await bench.reach(5)
        await bench.store.ticked(1)
        await bench.reach(9)
        await bench.reach(11)
        await bench.store.ticked(2)
        #expect(bench.store.ticks.map(containers) == [0, 0])
        // The container is late after ten seconds. The others' samples are written at the time of the last tick.
        await bench.reach(13)
        await bench.store.ticked(3)
        for tick in 3...6 {
            // From then on, the engine's round ends with the tick.
            let time = Double(3 + 6 * (tick - 1))
            await bench.reach(time)
            await asked.wait(9 * (tick - 1))
            await bench.reach(time + 2)
            await bench.store.ticked(tick + 1)
        }
        #expect(bench.store.times == [3, 9, 10, 15, 21, 27, 33].map { 1_800_000_000 + $0 })
        #expect(bench.store.ticks.map(containers) == [0, 0, 9, 9, 9, 9, 9])
        #expect(bench.store.ticks.map(hasHost) == [true, true, false, true, true, true, true])
        #expect(bench.store.ticks.allSatisfy { $0.samples.allSatisfy { $0.values[.workloadCPUPercent] == nil } })
        #expect(bench.store.ticks.last?.samples.first?.values[.containersRunning] == 10)
        #expect(try bench.value("tally_sampler_skipped_ticks_total") == 0)
        #expect(try bench.value("tally_sampler_source_skipped_ticks_total", ["source": "docker"]) == 1)
        #expect(try bench.value("tally_sampler_source_skipped_ticks_total", ["source": "host"]) == 0)
        #expect(bench.kinds == [.targetsFailing])
        #expect(bench.reports.withLock { $0.first?.message.contains("1 of 10 failed, the first is id3") } == true)
        // It answers again.
        hold.open()
        await bench.reach(39)
        await bench.store.ticked(8)
        await bench.reach(45)
        await bench.store.ticked(9)
        #expect(bench.store.ticks.last.map(containers) == 10)
        #expect(bench.store.ticks.last?.samples.first?.values[.workloadCPUPercent] == 100)
        #expect(bench.kinds == [.targetsFailing, .targetsRecovered])
        await sampler.stop()
    }

    /// An engine that needs longer than an interval is read as often as it can be. Its ticks never overlap.
    @Test func aSlowSourceIsWrittenWhenItIsThere() async throws {
        let hold = Locked(Hold())
        let reads = Counted()
        let slow = SampleSource("docker") { _ in
            let current = hold.withLock(\.self)
            reads.count()
            await current.wait()
            return SourceReading(samples: [.container(1)], containersRunning: 1)
        }
        let groups = SampleSource("cgroups") { _ in SourceReading(samples: [.group("docker/id2", "id2")]) }
        let sampler = bench.sampler(SamplerBench.host, slow, groups)
        try sampler.start()
        for (index, time) in [3.0, 9, 15].enumerated() {
            await bench.reach(time)
            await bench.reach(time + 2)
            await bench.store.ticked(2 * index + 1)
        }
        #expect(reads.value == 1)
        // The container's control group is held back until the next tick, in case the engine answers.
        #expect(bench.store.times == [3, 4, 9, 10, 15].map { 1_800_000_000 + $0 })
        #expect(bench.store.ticks.map(hasHost) == [true, false, true, false, true])
        #expect(bench.store.ticks[1].samples.map(\.subject) == [.controlGroup("docker/id2")])
        #expect(bench.store.ticks[0].samples.first?.values[.containersRunning] == 1, "the control group's")
        let first = hold.withLock { hold in
            defer { hold = Hold() }
            return hold
        }
        first.open()
        await bench.store.ticked(6)
        #expect(bench.store.times.last == 1_800_000_016)
        let late = bench.store.ticks[5]
        #expect(Set(late.samples.map(\.subject)) == [.host, .container("c1"), .controlGroup("docker/id2")])
        #expect(late.samples.first { $0.subject == .host }?.values[.workloadCPUPercent] == 20)
        #expect(try bench.value("tally_sampler_source_skipped_ticks_total", ["source": "docker"]) == 2)
        #expect(try bench.registry.samples(of: "container_memory_working_set_bytes").count == 2)
        await bench.reach(21)
        await reads.wait(2)
        await sampler.stop()
        #expect(bench.store.ticks.count == 7)
    }

    @Test func samplingThatIsSwitchedOffCancelsSlowSources() async throws {
        let hold = Hold()
        let sampler = bench.sampler(SamplerBench.host, engine(hold))
        try sampler.start()
        await bench.reach(3)
        await hold.arrivals.wait(1)
        await bench.reach(5)
        await bench.store.ticked(1)
        bench.settings.withLock { $0 = .success(SamplingSettings(interval: .zero)) }
        sampler.wake()
        await hold.cancelled.wait(1)
        await bench.asleep(until: 65)
        #expect(try bench.registry.samples(of: "container_memory_working_set_bytes").isEmpty)
        #expect(bench.kinds.isEmpty)
        await sampler.stop()
    }

    @Test func stoppingBetweenTicksWritesTheAnswersSoFar() async throws {
        let (hold, asked) = (Hold(), Counted())
        let sampler = bench.sampler(SamplerBench.host, engine(hold, asked: asked))
        try sampler.start()
        await bench.reach(3)
        await asked.wait(9)
        await bench.reach(5)
        await bench.store.ticked(1)
        await bench.asleep(until: 9)
        await sampler.stop()
        await hold.cancelled.wait(1)
        #expect(bench.store.ticks.count == 2)
        #expect((8...9).contains(bench.store.ticks.last.map(containers) ?? 0))
        #expect(bench.kinds.isEmpty)
        #expect(bench.store.closes == 1)
    }

    // MARK: Reports

    /// "One of ten" and "all" are two things to know.
    @Test func eachChangeOfAProblemIsReported() async throws {
        let failing = Locked<[Int]>([])
        let errors = Locked<[SourceError]>([])
        let sourceError = Locked<SourceError?>(nil)
        let source = SampleSource("docker") { _ in
            if let error = sourceError.withLock(\.self) { throw error }
            let targets = (0..<10).map { number in
                SampleTarget(id: "id\(number)") {
                    if failing.withLock({ $0.contains(number) }) { throw SourceError(.refused, "no \(number)") }
                    return .container(number)
                }
            }
            return SourceReading(targets: targets, errors: errors.withLock(\.self))
        }
        let sampler = bench.sampler(source)
        try sampler.start()
        var ticks = 0
        func tick() async -> [String] {
            let before = bench.reports.withLock(\.count)
            await bench.reach(Double(3 + 6 * ticks))
            ticks += 1
            await bench.store.ticked(ticks)
            await bench.asleep(until: Double(3 + 6 * ticks))
            return bench.reports.withLock { $0.dropFirst(before).map(\.description) }
        }
        #expect(await tick().isEmpty)
        failing.withLock { $0 = [1] }
        #expect(await tick().map { $0.contains("1 of 10 failed, the first is id1: refused: no 1") } == [true])
        #expect(await tick().isEmpty)
        failing.withLock { $0 = Array(0..<10) }
        #expect(await tick().map { $0.contains("10 of 10 failed") } == [true])
        failing.withLock { $0 = [] }
        #expect(await tick().map { $0.contains("targets recovered") } == [true])
        let file = KernelFile.Failure(path: "/proc/a", number: 13).sourceError
        errors.withLock { $0 = [file] }
        #expect(await tick().map { $0.contains("cannot read /proc/a: Permission denied") } == [true])
        errors.withLock { $0 = [file, KernelFile.Failure(path: "/proc/b", number: 13).sourceError] }
        #expect(await tick().map { $0.hasSuffix("cannot read /proc/a: Permission denied (and 1 more)") } == [true])
        // A number that changes is no change.
        errors.withLock { $0 = [SourceError(.limit, "1001 containers")] }
        #expect(await tick().count == 1)
        errors.withLock { $0 = [SourceError(.limit, "1002 containers")] }
        #expect(await tick().isEmpty)
        sourceError.withLock { $0 = SourceError(.unavailable, "no socket") }
        #expect(await tick().map { $0.contains("source down") } == [true])
        sourceError.withLock { $0 = SourceError(.timeout, "no answer") }
        #expect(await tick().map { $0.contains("timeout: no answer") } == [true])
        await sampler.stop()
    }

    @Test func twoSourcesOfOneNameTrap() async {
        await #expect(processExitsWith: .failure) {
            _ = Sampler(
                sources: [.host(), .host()],
                store: .memory(maxSamples: 1),
                in: MetricRegistry()
            )
        }
    }
}
