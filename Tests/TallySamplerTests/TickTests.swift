import Tally
import TallyTesting
import Testing

@testable import TallySampler

@Suite(.timeLimit(.minutes(5)))
struct TickTests {
    private let bench = SamplerBench()

    @Test func theHostSampleSumsTheContainers() async throws {
        let sampler = bench.sampler(SamplerBench.host, .containers(5))
        try sampler.start()
        await bench.reach(3)
        await bench.store.ticked(1)
        let host = try #require(bench.store.ticks[0].samples.first { $0.subject == .host })
        #expect(host.values[.workloadCPUPercent] == 50)
        #expect(host.values[.workloadMemoryUsedBytes] == 500)
        #expect(host.values[.containersRunning] == 5)
        #expect(bench.store.ticks[0].samples.count == 6)
        await sampler.stop()
    }

    /// - Parameter said: The number of containers that the engine reports.
    @Test(arguments: [(0, 0.0), (7, nil)] as [(Int, Double?)])
    func theEngineCountIsUsedWhenNoContainerIsSampled(_ said: Int, _ used: Double?) async throws {
        let source = SampleSource("docker") { _ in SourceReading(containersRunning: said) }
        let sampler = bench.sampler(source)
        try sampler.start()
        await bench.reach(3)
        await bench.store.ticked(1)
        let host = try #require(bench.store.ticks[0].samples.first)
        #expect(host.subject == .host)
        #expect(host.values[.containersRunning] == Double(said))
        #expect(host.values[.workloadCPUPercent] == used, "the usage of seven unsampled containers is unknown")
        await sampler.stop()
    }

    @Test func theHostIsSampledAndHistoryPrunedWhileTheEngineIsDown() async throws {
        let isDown = Locked(true)
        let docker = SampleSource("docker") { _ in
            if isDown.withLock(\.self) { throw SourceError(.unavailable, "no socket") }
            return SourceReading(samples: [.container(1)], containersRunning: 1)
        }
        bench.settings.withLock { $0 = .success(SamplingSettings(interval: .seconds(20), retention: .seconds(60))) }
        let sampler = bench.sampler(SamplerBench.host, docker)
        try sampler.start()
        for tick in 1...6 {
            await bench.reach(Double(3 + 20 * (tick - 1)))
            await bench.store.ticked(tick)
        }
        #expect(bench.store.ticks.count == 6)
        #expect(bench.store.ticks[0].samples[0].values[.containersRunning] == nil)
        #expect(bench.store.prunes.last == 1_800_000_043)
        #expect(bench.kinds == [.sourceDown], "reported once, not at each tick")
        #expect(try bench.value("tally_sampler_errors_total", ["source": "docker", "reason": "unavailable"]) == 6)
        #expect(try bench.value("tally_sampler_source_up", ["source": "docker"]) == 0)
        #expect(try bench.value("tally_sampler_source_up", ["source": "host"]) == 1)
        isDown.withLock { $0 = false }
        await bench.reach(123)
        await bench.store.ticked(7)
        #expect(bench.kinds == [.sourceDown, .sourceUp])
        #expect(try bench.value("tally_sampler_source_up", ["source": "docker"]) == 1)
        await sampler.stop()
    }

    @Test func aFailingTargetDoesNotAffectOthers() async throws {
        let source = SampleSource("docker") { _ in
            SourceReading(
                targets: (0..<20).map { number in
                    SampleTarget(id: "id\(number)") {
                        if number == 3 { throw SourceError(.malformed, "no JSON") }
                        if number == 4 { throw CancellationError() }
                        return number == 5 ? nil : .container(number)
                    }
                }
            )
        }
        let sampler = bench.sampler(source)
        try sampler.start()
        for tick in 1...2 {
            await bench.reach(Double(3 + 15 * (tick - 1)))
            await bench.store.ticked(tick)
        }
        #expect(bench.store.ticks.map(\.samples.count) == [17, 17], "without sums, which would be partial")
        #expect(bench.kinds == [.targetsFailing])
        #expect(try bench.value("tally_sampler_errors_total", ["source": "docker", "reason": "malformed"]) == 2)
        #expect(try bench.value("tally_sampler_errors_total", ["source": "docker", "reason": "failed"]) == 2)
        #expect(try bench.value("tally_sampler_targets", ["source": "docker"]) == 20)
        await sampler.stop()
    }

    @Test func eightTargetsOfASourceAreReadAtATime() async throws {
        let most = Locked(0)
        let now = Locked(0)
        let hold = Hold()
        let source = SampleSource("docker") { _ in
            SourceReading(
                targets: (0..<30).map { number in
                    SampleTarget(id: "\(number)") {
                        let running = now.withLock {
                            $0 += 1
                            return $0
                        }
                        most.withLock { $0 = max($0, running) }
                        await hold.wait()
                        now.withLock { $0 -= 1 }
                        return .container(number)
                    }
                }
            )
        }
        let sampler = bench.sampler(source)
        try sampler.start()
        await bench.reach(3)
        await hold.arrivals.wait(8)
        #expect(now.withLock(\.self) == 8)
        hold.open()
        await bench.store.ticked(1)
        #expect(most.withLock(\.self) == 8)
        #expect(bench.store.ticks[0].samples.count == 31)
        await sampler.stop()
    }

    @Test(arguments: [false, true])
    func targetsTimeOutAfterTenSecondsAndRoundsAfterThirty(_ heedsCancellation: Bool) async throws {
        let hold = Hold()
        bench.settings.withLock { $0 = .success(SamplingSettings(interval: .seconds(60))) }
        let sampler = bench.sampler(SamplerBench.host, .holding(hold, targets: 100, heedsCancellation))
        try sampler.start()
        await bench.reach(3)
        await bench.reach(5)
        await bench.store.ticked(1)
        #expect(bench.store.ticks[0].samples.map(\.subject) == [.host])
        // The tick's metrics follow its write.
        await bench.asleep(until: 63)
        #expect(try bench.value("tally_sampler_tick_duration_seconds") == 2)
        for round in 1...2 {
            await hold.arrivals.wait(8 * round)
            for _ in 0..<8 { await bench.asleep(until: Double(3 + 10 * round)) }
            while bench.clock.sleepers < 10 { await Task.yield() }
            bench.pass(Double(3 + 10 * round) - bench.clock.now.offset.inSeconds)
        }
        await hold.arrivals.wait(24)
        await bench.asleep(until: 33)
        while bench.clock.sleepers < 10 { await Task.yield() }
        bench.pass(10)
        while bench.kinds.isEmpty, !Task.isCancelled { await Task.yield() }
        #expect(bench.kinds == [.targetsFailing])
        #expect(try bench.value("tally_sampler_errors_total", ["source": "docker", "reason": "timeout"]) == 100)
        #expect(try bench.value("tally_sampler_skipped_ticks_total") == 0)
        hold.open()
        await sampler.stop()
    }

    /// A source that ignores its cancellation is abandoned, and read again only after it has returned.
    @Test func aStuckSourceIsReadOnlyOnce() async throws {
        let hold = Hold()
        let stuck = SampleSource("stuck") { _ in
            await hold.wait(heedsCancellation: false)
            return SourceReading(samples: [.container(1)])
        }
        bench.settings.withLock { $0 = .success(SamplingSettings(interval: .seconds(60))) }
        let sampler = bench.sampler(SamplerBench.host, stuck)
        try sampler.start()
        await bench.reach(3)
        await hold.arrivals.wait(1)
        await bench.reach(5)
        await bench.store.ticked(1)
        await bench.reach(33)
        await hold.cancelled.wait(1)
        for tick in 2...4 {
            // The stuck source no longer delays a tick.
            await bench.reach(Double(3 + 60 * (tick - 1)))
            await bench.store.ticked(tick)
        }
        #expect(hold.arrivals.value == 1)
        #expect(bench.store.times == [3, 63, 123, 183].map { 1_800_000_000 + $0 })
        #expect(try bench.value("tally_sampler_errors_total", ["source": "stuck", "reason": "timeout"]) == 4)
        #expect(bench.kinds == [.sourceDown])
        hold.open()
        while sampler.core.reader.outstanding > 0 { await Task.yield() }
        await bench.reach(243)
        await bench.store.ticked(5)
        #expect(bench.store.ticks[4].samples.map(\.subject) == [.host, .container("c1")])
        #expect(bench.kinds == [.sourceDown, .sourceUp])
        await sampler.stop()
    }

    @Test func duplicateTargetsAndSamplesAreDropped() async throws {
        let source = SampleSource("docker") { _ in
            let targets = [1, 2].map { number in SampleTarget(id: "same") { .container(number) } }
            return SourceReading(samples: [.container(1, [.cpuPercent: 1])], targets: targets)
        }
        let sampler = bench.sampler(source, .containers(2))
        try sampler.start()
        await bench.reach(3)
        await bench.store.ticked(1)
        let samples = bench.store.ticks[0].samples
        #expect(samples.map(\.subject.id).sorted() == ["", "c0", "c1"])
        #expect(samples.first { $0.subject.id == "c1" }?.values[.cpuPercent] == 1, "the first source's sample is kept")
        await sampler.stop()
    }

    @Test func aFailingStoreIsReportedOnceAndSamplingContinues() async throws {
        let sampler = bench.sampler(SamplerBench.host)
        bench.store.appendError.withLock { $0 = HistoryError(.tooLarge, "no room") }
        try sampler.start()
        for tick in 1...3 {
            await bench.reach(Double(3 + 15 * (tick - 1)))
            await bench.store.ticked(tick)
        }
        await bench.asleep(until: 48)
        #expect(bench.kinds == [.historyFailure])
        #expect(try bench.value("tally_sampler_history_dropped_ticks_total") == 3)
        bench.store.appendError.withLock { $0 = nil }
        bench.store.failure.withLock { $0 = .busy }
        await bench.reach(48)
        await bench.store.ticked(4)
        bench.store.failure.withLock { $0 = nil }
        await bench.reach(63)
        await bench.store.ticked(5)
        await bench.asleep(until: 78)
        // A dropped tick, then another failure.
        #expect(bench.kinds == [.historyFailure, .historyFailure, .historyRecovered])
        #expect(try bench.value("tally_sampler_history_rows") == 2)
        #expect(try bench.value("tally_sampler_history_backlog_ticks") == 0)
        #expect(try #require(try bench.value("tally_sampler_history_bytes")) > 0)
        await sampler.stop()
    }

    @Test func aClockSetBackCausesNoBurstAndNoLoss() async throws {
        let sampler = bench.sampler(SamplerBench.host)
        try sampler.start()
        await bench.reach(3)
        await bench.store.ticked(1)
        await bench.asleep(until: 18)
        bench.wall.withLock { $0 -= 600 }
        await bench.reach(18)
        await bench.store.ticked(2)
        await bench.reach(33)
        await bench.store.ticked(3)
        #expect(bench.store.times == [3, 4, 5].map { 1_800_000_000 + $0 })
        #expect(bench.kinds == [.clockStepped])
        #expect(try bench.value("tally_sampler_clock_steps_total") == 1)
        let points = try await sampler.history(of: .cpuPercent, for: .host, last: .seconds(60), every: .seconds(1))
        #expect(points.count == 3, "ticks ahead of the clock are found")
        await sampler.stop()
    }
}

extension SampleSource {
    static func containers(_ count: Int) -> SampleSource {
        SampleSource("containers") { _ in
            SourceReading(
                targets: (0..<count).map { number in SampleTarget(id: "id\(number)") { .container(number) } },
                containersRunning: count
            )
        }
    }
}
