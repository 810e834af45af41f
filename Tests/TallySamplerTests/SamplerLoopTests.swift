import Tally
import TallyTesting
import Testing

@testable import TallySampler

@Suite(.timeLimit(.minutes(5)))
struct SamplerLoopTests {
    private let bench = SamplerBench()

    @Test func theFirstTickIsAfterThreeSecondsAndTheRestOnAGrid() async throws {
        let sampler = bench.sampler(SamplerBench.host)
        try sampler.start()
        for (tick, time) in [3.0, 18, 33, 48].enumerated() {
            await bench.asleep(until: time)
            #expect(bench.store.ticks.count == tick)
            await bench.reach(time)
            await bench.store.ticked(tick + 1)
        }
        #expect(bench.store.times == [3, 18, 33, 48].map { 1_800_000_000 + $0 })
        await bench.asleep(until: 63)
        #expect(try bench.value("tally_sampler_skipped_ticks_total") == 0)
        #expect(try bench.value("tally_sampler_ticks_total") == 4)
        #expect(bench.kinds.isEmpty)
        await sampler.stop()
    }

    @Test(arguments: [(1, 5), (5, 5), (60, 60), (300, 300), (100_000, 300)])
    func theIntervalIsClamped(_ asked: Int, _ used: Int) async throws {
        bench.settings.withLock { $0 = .success(SamplingSettings(interval: .seconds(asked))) }
        let sampler = bench.sampler(SamplerBench.host)
        try sampler.start()
        await bench.reach(3)
        await bench.store.ticked(1)
        await bench.reach(Double(3 + used))
        await bench.store.ticked(2)
        #expect(bench.store.times == [1_800_000_003, 1_800_000_003 + Int64(used)])
        await sampler.stop()
    }

    @Test(arguments: [Duration.zero, .seconds(-1), Duration(attoseconds: .min)])
    func nonPositiveDurationsSwitchSamplingOff(_ off: Duration) async throws {
        // If the retention is known, old samples are pruned meanwhile: twice before the first tick.
        for (settings, tick) in [(SamplingSettings(interval: off), 3), (SamplingSettings(retention: off), 1)] {
            let bench = SamplerBench()
            bench.settings.withLock { $0 = .success(settings) }
            let sampler = bench.sampler(SamplerBench.host)
            try sampler.start()
            await bench.reach(3)
            await bench.reach(63)
            await bench.asleep(until: 123)
            #expect(bench.store.ticks.isEmpty)
            bench.settings.withLock { $0 = .success(SamplingSettings()) }
            await bench.reach(123)
            await bench.store.ticked(tick)
            #expect(bench.store.ticks.count == 1)
            await sampler.stop()
        }
    }

    @Test func pruningContinuesWhileSamplingIsOff() async throws {
        bench.settings.withLock { $0 = .success(SamplingSettings(retention: .seconds(100))) }
        let sampler = bench.sampler(SamplerBench.host)
        try sampler.start()
        await bench.reach(3)
        await bench.store.ticked(1)
        await bench.asleep(until: 18)
        bench.settings.withLock { $0 = .success(SamplingSettings(interval: .zero, retention: .seconds(100))) }
        sampler.wake()
        await bench.store.ticked(2)
        await bench.reach(63)
        await bench.store.ticked(3)
        await bench.asleep(until: 123)
        #expect(await bench.store.status().rows == 1)
        await bench.reach(123)
        await bench.asleep(until: 183)
        #expect(bench.store.prunes.map { $0 - 1_800_000_000 } == [-97, -97, -37, 23])
        #expect(await bench.store.status().rows == 0)
        #expect(try bench.value("tally_sampler_history_rows") == 0)
        #expect(try bench.value("tally_sampler_ticks_total") == 1)
        await sampler.stop()
    }

    @Test func aSettingsErrorKeepsTheLastSettingsAndIsReportedOnce() async throws {
        bench.settings.withLock { $0 = .success(SamplingSettings(interval: .seconds(20))) }
        let sampler = bench.sampler(SamplerBench.host)
        try sampler.start()
        await bench.reach(3)
        await bench.store.ticked(1)
        bench.settings.withLock { $0 = .failure(SourceError(.failed, "no database")) }
        for tick in 1...3 {
            await bench.reach(Double(3 + 20 * tick))
            await bench.store.ticked(tick + 1)
        }
        #expect(bench.kinds == [.settingsFailing])
        #expect(try bench.value("tally_sampler_settings_up") == 0)
        bench.settings.withLock { $0 = .success(SamplingSettings(interval: .seconds(10))) }
        await bench.reach(83)
        await bench.store.ticked(5)
        #expect(bench.kinds == [.settingsFailing, .settingsRecovered])
        await bench.asleep(until: 93)
        await sampler.stop()
    }

    @Test func aSettingsErrorDoesNotSwitchSamplingOn() async throws {
        bench.settings.withLock { $0 = .success(SamplingSettings(interval: .zero)) }
        let sampler = bench.sampler(SamplerBench.host)
        try sampler.start()
        await bench.reach(3)
        await bench.asleep(until: 63)
        bench.settings.withLock { $0 = .failure(SourceError(.failed, "no database")) }
        for time in [63.0, 123, 183] { await bench.reach(time) }
        await bench.asleep(until: 243)
        #expect(bench.store.ticks.isEmpty)
        #expect(bench.kinds == [.settingsFailing])
        await sampler.stop()
    }

    /// Sampling may have been switched off before the process started.
    @Test func nothingIsSampledBeforeTheSettingsAreKnown() async throws {
        bench.settings.withLock { $0 = .failure(SourceError(.failed, "no database")) }
        let sampler = bench.sampler(SamplerBench.host)
        try sampler.start()
        await bench.reach(3)
        await bench.reach(18)
        await bench.asleep(until: 33)
        #expect(bench.store.ticks.isEmpty)
        bench.settings.withLock { $0 = .success(SamplingSettings()) }
        await bench.reach(33)
        await bench.store.ticked(1)
        await sampler.stop()
    }

    @Test func hangingSettingsDelayOneTickAndAreNotRequestedAgain() async throws {
        let hold = Hold()
        let isHanging = Locked(false)
        let store = bench.store
        let sampler = Sampler(
            sources: [SamplerBench.host],
            store: store,
            settings: {
                if isHanging.withLock(\.self) { await hold.wait(heedsCancellation: false) }
                return SamplingSettings(interval: .seconds(20))
            },
            clock: bench.clock,
            wallSeconds: { [bench] in bench.wall.withLock { $0 } },
            report: { [bench] report in bench.reports.withLock { $0.append(report) } },
            in: bench.registry
        )
        try sampler.start()
        await bench.reach(3)
        await store.ticked(1)
        isHanging.withLock { $0 = true }
        await bench.reach(23)
        await hold.arrivals.wait(1)
        await bench.reach(28)
        await store.ticked(2)
        #expect(bench.kinds == [.settingsFailing])
        // The closure is not called again while it hangs, nor waited for.
        await bench.reach(43)
        await store.ticked(3)
        #expect(hold.arrivals.value == 1)
        isHanging.withLock { $0 = false }
        hold.open()
        await sampler.stop()
        #expect(store.times == [3, 28, 43].map { 1_800_000_000 + $0 })
    }

    @Test func aWakeAppliesAChangeAtOnce() async throws {
        let sampler = bench.sampler(SamplerBench.host)
        try sampler.start()
        await bench.reach(3)
        await bench.store.ticked(1)
        await bench.asleep(until: 18)
        bench.pass(8)
        // A wake without a change makes no tick.
        for time in 2...5 {
            sampler.wake()
            await bench.awaitSettingsRequests(time)
        }
        await bench.asleep(until: 18)
        #expect(bench.store.ticks.count == 1)
        bench.settings.withLock { $0 = .success(SamplingSettings(interval: .seconds(6))) }
        sampler.wake()
        await bench.store.ticked(2)
        #expect(bench.store.times == [1_800_000_003, 1_800_000_011])

        bench.settings.withLock { $0 = .success(SamplingSettings(interval: .zero)) }
        await bench.reach(17)
        await bench.asleep(until: 77)
        bench.pass(30)
        bench.settings.withLock { $0 = .success(SamplingSettings()) }
        sampler.wake()
        // The third pass, with sampling off, only pruned.
        await bench.store.ticked(4)
        #expect(bench.store.times == [3, 11, 47].map { 1_800_000_000 + $0 })
        await sampler.stop()
    }

    @Test func aWakeBeforeTheFirstTickDoesNotAdvanceIt() async throws {
        let sampler = bench.sampler(SamplerBench.host)
        try sampler.start()
        await bench.asleep(until: 3)
        sampler.wake()
        await bench.awaitSettingsRequests(1)
        await bench.asleep(until: 3)
        #expect(bench.store.ticks.isEmpty)
        await bench.reach(3)
        await bench.store.ticked(1)
        #expect(bench.store.times == [1_800_000_003])
        await sampler.stop()
    }

    @Test func anOverrunSkipsTicksAndCountsThem() async throws {
        let hold = Hold()
        let bench = SamplerBench(WatchedHistory(hold: hold))
        let sampler = bench.sampler(SamplerBench.host)
        try sampler.start()
        await bench.reach(3)
        await hold.arrivals.wait(1)
        // The tick writes for 40 seconds: two points of the grid pass.
        bench.pass(40)
        #expect(hold.arrivals.value == 1)
        hold.open()
        await bench.store.ticked(1)
        await bench.asleep(until: 48)
        #expect(try bench.value("tally_sampler_skipped_ticks_total") == 2)
        #expect(try bench.value("tally_sampler_tick_duration_seconds") == 40)
        await bench.reach(48)
        await bench.store.ticked(2)
        #expect(bench.store.times == [1_800_000_003, 1_800_000_048])
        await sampler.stop()
    }

    @Test func aResumedMachineTicksOnce() async throws {
        let sampler = bench.sampler(SamplerBench.host)
        try sampler.start()
        await bench.reach(3)
        await bench.store.ticked(1)
        await bench.asleep(until: 18)
        bench.pass(8 * 3600)
        await bench.store.ticked(2)
        await bench.asleep(until: 18 + 8 * 3600)
        #expect(bench.store.ticks.count == 2)
        #expect(try bench.value("tally_sampler_clock_steps_total") == 0)
        #expect(bench.kinds.isEmpty)
        await sampler.stop()
    }

    @Test func recentlySampledSubjectsAreListed() async throws {
        let names = Locked(["old", "web"])
        let sampler = bench.sampler(
            SampleSource("containers") { _ in
                SourceReading(samples: names.withLock(\.self).map { Sample(subject: .container($0)) })
            }
        )
        try sampler.start()
        await bench.reach(3)
        await bench.store.ticked(1)
        names.withLock { $0 = ["web"] }
        await bench.reach(18)
        await bench.store.ticked(2)
        // The host's sample holds the sums over the containers.
        #expect(try await sampler.subjects(last: .seconds(60)) == [.host, .container("old"), .container("web")])
        #expect(try await sampler.subjects(last: .seconds(10)) == [.host, .container("web")])
        #expect(try await sampler.subjects(last: .seconds(0)).isEmpty)
        await sampler.stop()
    }

    @Test func historyCoversTheRequestedDuration() async throws {
        bench.settings.withLock { $0 = .success(SamplingSettings(interval: .seconds(60))) }
        let sampler = bench.sampler(SamplerBench.host)
        try sampler.start()
        for tick in 1...90 {
            await bench.reach(Double(3 + 60 * (tick - 1)))
            await bench.store.ticked(tick)
        }
        let points = try await sampler.history(of: .cpuPercent, for: .host, last: .seconds(3600), every: .seconds(600))
        #expect(points.count == 7)
        #expect(points.reduce(0) { $0 + $1.count } == 61)
        #expect(try await sampler.history(of: .cpuPercent, for: .host, last: .seconds(0), every: .zero).isEmpty)
        let all = try await sampler.history(
            of: .cpuPercent,
            for: .host,
            last: Duration(attoseconds: .max),
            every: Duration(attoseconds: .max)
        )
        #expect(all.reduce(0) { $0 + $1.count } == 90)
        await sampler.stop()
    }
}
