import Tally
import TallyTesting
import Testing

@testable import TallySampler

/// A stop may come at any moment. Afterwards no source is read, and no unknown outcome is reported.
@Suite(.timeLimit(.minutes(5)))
struct LoopStopTests {
    private let bench = SamplerBench()

    /// The stop comes after the settings and before the sources, when there is no read to cancel.
    @Test func aStopJustBeforeTheSourcesAreReadTakesEffect() async throws {
        let hold = Hold()
        let ended = Counted()
        let own = Locked<SamplerCore?>(nil)
        let sampler = Sampler(
            sources: [
                SampleSource("never") { _ in
                    await hold.wait(heedsCancellation: false)
                    return SourceReading()
                }
            ],
            store: bench.store,
            clock: bench.clock,
            wallSeconds: {
                own.withLock(\.self)?.requestStop()
                return 1_800_000_000
            },
            in: bench.registry
        )
        own.withLock { $0 = sampler.core }
        try sampler.start()
        await bench.reach(3)
        Task {
            await sampler.core.waitForEnd()
            ended.count()
        }
        await ended.wait(1)
        #expect(bench.store.closes == 1)
        own.withLock { $0 = nil }
        hold.open()
    }

    @Test func aRoundThatHasEndedReadsNothing() {
        for cutShort in [true, false] {
            var state = SourceState()
            _ = state.begin()
            _ = cutShort ? state.cutShort() : state.expire()
            let reading = SourceReading(targets: [SampleTarget(id: "id") { nil }])
            #expect(state.answered(.success(reading)).isEmpty)
        }
    }

    @Test func aReaderThatHasEndedBeginsNoRound() async {
        let reader = SourceReader([SamplerBench.host], ElapsedClock(bench.clock)) {}
        reader.end()
        #expect(await reader.read(tick(0)).isEmpty)
        #expect(reader.takeClosed().closed.isEmpty)
    }

    @Test func aStopWhileTheSettingsAreLoadedMakesNoTick() async throws {
        let hold = Hold()
        let isHeld = Locked(false)
        let sampler = Sampler(
            sources: [SamplerBench.host],
            store: bench.store,
            settings: {
                if isHeld.withLock(\.self) { await hold.wait() }
                return SamplingSettings()
            },
            clock: bench.clock,
            wallSeconds: { [bench] in bench.wall.withLock { $0 } },
            in: bench.registry
        )
        try sampler.start()
        await bench.reach(3)
        await bench.store.ticked(1)
        isHeld.withLock { $0 = true }
        await bench.reach(18)
        await hold.arrivals.wait(1)
        await sampler.stop()
        await hold.cancelled.wait(1)
        #expect(hold.cancelled.value == 1)
        #expect(try bench.value("tally_sampler_ticks_total") == 1)
        #expect(try bench.value("tally_sampler_skipped_ticks_total") == 0)
    }

    @Test func settingsThatMissTheirDeadlineAreCancelled() async throws {
        let hold = Hold()
        let sampler = Sampler(
            sources: [SamplerBench.host],
            store: bench.store,
            settings: {
                await hold.wait()
                return SamplingSettings()
            },
            clock: bench.clock,
            wallSeconds: { [bench] in bench.wall.withLock { $0 } },
            in: bench.registry
        )
        try sampler.start()
        await bench.reach(3)
        await hold.arrivals.wait(1)
        await bench.reach(8)
        await hold.cancelled.wait(1)
        #expect(hold.cancelled.value == 1)
        hold.open()
        await sampler.stop()
    }

    /// Neither deadlines of finished reads nor interrupted waits leave a sleeping task.
    @Test func finishedWaitsLeaveNoSleepers() async throws {
        let sampler = bench.sampler(SamplerBench.host, .containers(20))
        try sampler.start()
        await bench.reach(3)
        await bench.store.ticked(1)
        await bench.asleep(until: 18)
        for asked in 2...5 {
            sampler.wake()
            await bench.awaitSettingsRequests(asked)
        }
        // Cancelled tasks end soon. Then only the loop sleeps, until the next tick.
        while bench.clock.sleepers != 1, !Task.isCancelled { await Task.yield() }
        #expect(!Task.isCancelled)
        await sampler.stop()
    }

    @Test func aTickCutShortChangesNoSourceState() async throws {
        let hold = Hold()
        let isFirst = Locked(true)
        let down = SampleSource("down") { _ in
            if isFirst.withLock(\.self) { throw SourceError(.unavailable, "no socket") }
            await hold.wait()
            return SourceReading()
        }
        let docker = SampleSource("docker") { _ in
            let target = SampleTarget(id: "id") {
                if isFirst.withLock(\.self) { throw SourceError(.malformed, "no JSON") }
                await hold.wait()
                return nil
            }
            return SourceReading(targets: [target])
        }
        let well = SampleSource("well") { _ in
            if !isFirst.withLock(\.self) { await hold.wait() }
            return SourceReading()
        }
        let sampler = bench.sampler(SamplerBench.host, down, docker, well)
        try sampler.start()
        await bench.reach(3)
        await bench.store.ticked(1)
        await bench.asleep(until: 18)
        #expect(Set(bench.kinds) == [.sourceDown, .targetsFailing])
        isFirst.withLock { $0 = false }
        let isUp = Locked<[Double?]>([])
        bench.store.onAppend.withLock { [bench] in
            $0 = {
                let values = ["down", "well"].map { try? bench.value("tally_sampler_source_up", ["source": $0]) }
                isUp.withLock { $0 = values }
            }
        }
        await bench.reach(18)
        await hold.arrivals.wait(3)
        await sampler.stop()
        #expect(bench.kinds.count == 2, "\(bench.kinds)")
        #expect(isUp.withLock(\.self) == [0, 1])
    }
}
