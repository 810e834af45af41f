import Tally
import Testing

@testable import TallySampler

/// The shutdown of sources, and the errors beside their samples.
@Suite(.timeLimit(.minutes(5)))
struct SourceLifeTests {
    @Test
    func aSourceIsShutDownOnceWhenTheSamplerStops() async throws {
        let bench = SamplerBench()
        let shut = Counted()
        let source = SampleSource("own", shutdown: { shut.count() }, read: { _ in SourceReading() })
        let sampler = bench.sampler(source, SamplerBench.host)
        try sampler.start()
        await bench.reach(3)
        await bench.asleep(until: 18)
        #expect(shut.value == 0)
        await sampler.stop()
        await sampler.stop()
        await shut.wait(1)
        #expect(shut.value == 1)
    }

    @Test
    func aSourceThatWasNeverReadIsShutDownToo() async {
        let bench = SamplerBench()
        let shut = Counted()
        let sampler = bench.sampler(SampleSource("own", shutdown: { shut.count() }, read: { _ in SourceReading() }))
        await sampler.stop()
        await shut.wait(1)
    }

    /// Closing connections takes as long as the other side likes.
    @Test(.timeLimit(.minutes(5)))
    func stopDoesNotWaitForTheShutdownOfSources() async {
        let bench = SamplerBench()
        let hold = Hold()
        let shut = Counted()
        let stopped = Counted()
        let never = SampleSource("never", shutdown: { await hold.wait() }, read: { _ in SourceReading() })
        let other = SampleSource("other", shutdown: { shut.count() }, read: { _ in SourceReading() })
        let sampler = bench.sampler(never, other)
        Task {
            await sampler.stop()
            stopped.count()
        }
        await stopped.wait(1)
        await shut.wait(1)
        await hold.arrivals.wait(1)
        #expect([stopped.value, shut.value, hold.arrivals.value] == [1, 1, 1])
        hold.open()
    }

    @Test
    func partialErrorsAreCountedEachTickAndReportedOnce() async throws {
        let bench = SamplerBench()
        let errors = Locked([SourceError(.forbidden, "/proc/pressure/cpu")])
        let sampler = bench.sampler(
            SampleSource("host") { _ in
                SourceReading(
                    samples: [Sample(subject: .host, values: [.cpuCount: 2])],
                    errors: errors.withLock { $0 }
                )
            }
        )
        try sampler.start()
        await bench.reach(3)
        await bench.reach(18)
        // By then both errors are counted and reported. A deadline of the first tick may still be pending.
        await bench.store.ticked(2)
        let labels = ["source": "host", "reason": "forbidden"]
        #expect(try bench.value("tally_sampler_errors_total", labels) == 2)
        #expect(try bench.value("tally_sampler_source_up", ["source": "host"]) == 1)
        #expect(bench.kinds == [.partsFailing])
        errors.withLock { $0 = [] }
        await bench.reach(33)
        await bench.asleep(until: 48)
        #expect(bench.kinds == [.partsFailing, .partsRecovered])
        await sampler.stop()
    }
}
