import Tally
import TallySampler
import Testing

/// Runs the examples of the documentation comments: the code between the marks.
struct ExampleTests {
    private struct Pool: Sendable {
        func cpuSeconds() async throws -> Double { 12.5 }
    }

    @Test func aSourceReadsAsDocumented() async throws {
        let pool = Pool()
        // GUIDE SampleSource example
        let source = SampleSource("pool") { _ in
            let used = try await pool.cpuSeconds()
            return SourceReading(samples: [Sample(subject: .container("pool"), values: [.cpuSeconds: used])])
        }
        // END
        let reading = try await source.read(SourceTick(elapsed: .zero, interval: .seconds(15)))
        #expect(reading.samples == [Sample(subject: .container("pool"), values: [.cpuSeconds: 12.5])])
    }

    #if Docker && SQLite
    private struct Configuration: Sendable {
        func sampling() async throws -> SamplingSettings { SamplingSettings() }
    }

    /// Compiled but not run, because other tests cover the sampler.
    private func sample(config: Configuration, registry: MetricRegistry) async throws {
        // GUIDE Sampler example
        let sampler = Sampler(
            sources: [.host(), .process(), .cgroups(), .docker()],
            store: try .sqlite(path: "history.sqlite"),
            settings: { try await config.sampling() },
            in: registry
        )
        try await sampler.run()
        // END
        // GUIDE Sampler+History example
        let points = try await sampler.history(
            of: .cpuPercent,
            for: .container("web"),
            last: .seconds(3600),
            every: .seconds(60)
        )
        // END
        _ = points
    }
    #endif
}
