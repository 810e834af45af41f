import Foundation
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
    private func sampleAsTheReadmeDoes(registry: MetricRegistry) async throws -> [HistoryPoint] {
        // GUIDE README sampler
        let sampler = Sampler(
            sources: [.host(), .process(), .cgroups(), .docker()],
            store: try .sqlite(path: "history.sqlite"),
            in: registry
        )
        try sampler.start()
        let cpu = try await sampler.history(of: .cpuPercent, for: .host, last: .seconds(3600), every: .seconds(60))
        // END
        return cpu
    }

    private struct Instance: Sendable {
        let id: Int
        let name: String
    }

    private struct Instances: Sendable {
        func owning(container: String) async throws -> Instance? { Instance(id: 42, name: container) }
    }

    /// Compiled but not run, because other tests cover the sampler.
    private func sampleByOwner(instances: Instances) -> SampleSource {
        // GUIDE SampleTheMachine owners
        let source = SampleSource.docker { container in
            guard let instance = try await instances.owning(container: container.name) else { return nil }
            return SampleSubject(kind: "instance", id: "\(instance.id)", name: instance.name)
        }
        // END
        return source
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
        try sampler.start()
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
        let charts = try await sampler.history(
            of: [.cpuPercent, .memoryUsedBytes],
            ratesOf: [.networkReceivedBytes],
            for: .top(10, by: .cpuPercent, of: "instance"),
            in: .last(.seconds(3600)),
            every: .seconds(60)
        )
        let json = try JSONEncoder().encode(charts)
        // END
        #expect(json.isEmpty)
        // GUIDE SampleTheMachine metric-by-name
        let metric = SampleMetric("cpu_percent")
        let subjects = try await sampler.subjects(last: .seconds(3600))
        // END
        #expect(metric == .cpuPercent && subjects.isEmpty)
        // GUIDE SampleTheMachine second-process
        let reader = try HistoryReader(path: "history.sqlite")
        let evening = try await reader.history(
            of: [.cpuPercent],
            for: .only(.host),
            in: .times(from: 1_800_000_000, through: 1_800_007_199),
            every: .seconds(60)
        )
        // END
        #expect(evening.isEmpty)
        // GUIDE SampleTheMachine long-retention
        let store = try HistoryStore.sqlite(
            path: "history.sqlite",
            maxBytes: 100_000_000,
            rollUps: HistoryRollUps(minutes: .seconds(2 * 86_400), tenMinutes: .seconds(90 * 86_400))
        )
        // END
        _ = store
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
