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

    @Test func aSubjectIsNamedAsDocumented() {
        // GUIDE SampleSubject example
        let subject = SampleSubject(kind: "instance", id: "42", name: "web")
        // END
        #expect(subject.description == "instance 42" && subject.name == "web")
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
        // GUIDE Sampler+History charts
        let charts = try await sampler.history(
            of: [.cpuPercent, .memoryUsedBytes],
            ratesOf: [.networkReceivedBytes],
            for: .top(10, by: .cpuPercent),
            in: .last(.seconds(3600)),
            every: .seconds(60)
        )
        // END
        _ = charts
    }

    /// Compiled but not run, because other tests cover the reader.
    private func read() async throws -> [HistorySeries] {
        // GUIDE HistoryReader example
        let reader = try HistoryReader(path: "history.sqlite")
        let charts = try await reader.history(
            of: [.cpuPercent],
            for: .all(of: "instance"),
            in: .last(.seconds(3600)),
            every: .seconds(60)
        )
        // END
        return charts
    }
    #endif
}
