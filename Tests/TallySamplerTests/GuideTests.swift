import Tally
import TallySampler
import TallyTestSupport
import Testing

/// Runs the code of "Sample the machine" and of the module's page.
struct GuideTests {
    private struct Pool: Sendable {
        func cpuSeconds() async throws -> Double { 12.5 }
    }

    @Test func theLandingPageSourceReturnsItsSamples() async throws {
        let pool = Pool()
        // GUIDE TallySampler overview
        let source = SampleSource("pool") { tick in
            let used = try await pool.cpuSeconds()
            return SourceReading(samples: [Sample(subject: .container("pool"), values: [.cpuSeconds: used])])
        }
        // END
        #expect(source.name == "pool")
        let reading = try await source.read(SourceTick(elapsed: .zero, interval: .seconds(15)))
        #expect(reading.samples == [Sample(subject: .container("pool"), values: [.cpuSeconds: 12.5])])
    }

    #if Docker && SQLite
    private struct Configuration: Sendable {
        func sampling() async throws -> SamplingSettings { SamplingSettings() }
    }

    /// Compiled but not run, because other tests cover the sampler.
    private func sampleAsTheReadmeDoes(registry: MetricRegistry) async throws {
        // GUIDE README sampler
        let sampler = Sampler(
            sources: [.host(), .process(), .cgroups(), .docker()],
            store: try .sqlite(path: "history.sqlite"),
            in: registry
        )
        try await sampler.run()
        // END
    }

    /// Compiled but not run, because other tests cover the sampler.
    private func sample(config: Configuration, registry: MetricRegistry) async throws -> [HistoryPoint] {
        // GUIDE SampleTheMachine make-a-sampler
        let sampler = Sampler(
            sources: [.host(), .process(), .cgroups(), .docker()],
            store: try .sqlite(path: "history.sqlite"),
            settings: { try await config.sampling() },
            in: registry
        )
        try await sampler.run()
        // END
        // GUIDE SampleTheMachine look-back
        let points = try await sampler.history(
            of: .cpuPercent,
            for: .container("web"),
            last: .seconds(3600),
            every: .seconds(60)
        )
        // END
        // GUIDE SampleTheMachine charts
        let subjects = try await sampler.subjects(last: .seconds(3600))
        let metric = SampleMetric("cpu_percent")
        // END
        #expect(metric == .cpuPercent && subjects.isEmpty)
        return points
    }
    #endif

    @Test func theGuideSettingsAndTargetsAreValid() async throws {
        // GUIDE SampleTheMachine settings
        let settings = SamplingSettings(interval: .seconds(30), retention: .seconds(24 * 3600))
        // END
        #expect(settings.retention < SamplingSettings.maxRetention)
        struct Worker: Sendable {
            let name: String
            func memory() async throws -> Double? { name == "gone" ? nil : 4096 }
        }
        let workers = [Worker(name: "mail"), Worker(name: "gone")]
        // GUIDE SampleTheMachine add-a-source
        let source = SampleSource("workers") { tick in
            let targets = workers.map { worker in
                SampleTarget(id: worker.name) {
                    guard let bytes = try await worker.memory() else { return nil }
                    return Sample(subject: .container(worker.name), values: [.memoryUsedBytes: bytes])
                }
            }
            return SourceReading(targets: targets)
        }
        // END
        let reading = try await source.read(SourceTick(elapsed: .zero, interval: .seconds(15)))
        #expect(try await reading.targets[0].read()?.values == [.memoryUsedBytes: 4096])
        #expect(try await reading.targets[1].read() == nil)
    }
}
