import Foundation
import Tally
import TallyTestSupport
import Testing

@testable import TallySampler

#if ServiceLifecycle
import Logging
import ServiceLifecycle
#endif

@Suite(.timeLimit(.minutes(5)))
struct SamplerLifeTests {
    private let bench = SamplerBench()

    @Test func startAndStopAreIdempotentFromAnyTask() async throws {
        let sampler = bench.sampler(SamplerBench.host)
        try await withThrowingTaskGroup { group in
            for _ in 0..<20 { group.addTask { try sampler.start() } }
            try await group.waitForAll()
        }
        await bench.reach(3)
        await bench.store.ticked(1)
        await withTaskGroup { group in
            for _ in 0..<20 { group.addTask { await sampler.stop() } }
        }
        await sampler.stop()
        #expect(bench.store.ticks.count == 1)
        #expect(bench.store.closes == 1)
    }

    @Test func startAfterStopThrows() async throws {
        let sampler = bench.sampler(SamplerBench.host)
        await sampler.stop()
        #expect(bench.store.closes == 1)
        #expect(throws: SamplerError.self) { try sampler.start() }
        await #expect(throws: SamplerError.self) { try await sampler.run() }
        await sampler.stop()
    }

    @Test(arguments: [false, true])
    func stopIsPromptWithRequestsInFlight(_ heedsCancellation: Bool) async throws {
        var best = Duration.seconds(60)
        // The best of several, because other tests share the machine.
        for _ in 0..<10 {
            let bench = SamplerBench()
            let hold = Hold()
            let sampler = bench.sampler(SamplerBench.host, .holding(hold, targets: 20, heedsCancellation))
            try sampler.start()
            await bench.reach(3)
            await hold.arrivals.wait(SourceState.maxTargets)
            best = min(best, await ContinuousClock().measure { await sampler.stop() })
            await hold.cancelled.wait(8)
            // The host's sample is kept. Sums over the containers would be incomplete.
            #expect(bench.store.ticks.map(\.samples.count) == [1])
            #expect(bench.store.ticks.first?.samples.first?.values[.containersRunning] == nil)
            #expect(bench.kinds.isEmpty, "an interrupted read is not a failure")
            #expect(bench.store.closes == 1)
            hold.open()
        }
        print("Sampler: stopped within \(best) with eight requests in flight")
        // No bound: the targets never answer and the clock stands still, so a stop that waits for either would hang.
    }

    @Test func stopWaitsForTheWrite() async throws {
        let hold = Hold()
        let bench = SamplerBench(WatchedHistory(hold: hold))
        let sampler = bench.sampler(SamplerBench.host)
        try sampler.start()
        await bench.reach(3)
        await hold.arrivals.wait(1)
        async let stopped: Void = sampler.stop()
        while !sampler.core.isStopping { await Task.yield() }
        #expect(bench.store.closes == 0)
        hold.open()
        await stopped
        #expect(bench.store.ticks.count == 1)
        #expect(bench.store.closes == 1)
        #expect(bench.store.prunes.isEmpty, "a stop skips pruning, which may take long")
    }

    /// Each closure that the sampler calls stops it once.
    @Test func stopFromACalledClosureDoesNotDeadlock() async throws {
        for place in 0..<4 {
            let bench = SamplerBench()
            let own = Locked<Sampler?>(nil)
            let stop: @Sendable () async -> Void = { await own.withLock(\.self)?.stop() }
            let sampler = Sampler(
                sources: [
                    SampleSource("host") { _ in
                        if place == 0 { await stop() }
                        let target = SampleTarget(id: "a") {
                            if place == 1 { await stop() }
                            return nil
                        }
                        return SourceReading(samples: [Sample(subject: .host, values: [.load1: 1])], targets: [target])
                    }
                ],
                store: bench.store,
                settings: {
                    if place == 2 { await stop() }
                    return SamplingSettings()
                },
                clock: bench.clock,
                wallSeconds: { 1_800_000_000 },
                in: bench.registry
            )
            own.withLock { $0 = sampler }
            if place == 3 { bench.store.onAppend.withLock { $0 = stop } }
            try sampler.start()
            await bench.reach(3)
            await sampler.core.waitForEnd()
            #expect(bench.store.closes == 1)
            own.withLock { $0 = nil }
        }
    }

    @Test func aReleasedSamplerEnds() async throws {
        var sampler: Sampler? = bench.sampler(SamplerBench.host)
        let core = try #require(sampler?.core)
        try sampler?.start()
        await bench.reach(3)
        await bench.store.ticked(1)
        sampler = nil
        await core.waitForEnd()
        #expect(bench.store.closes == 1)
    }

    @Test func runEndsWhenItsTaskIsCancelled() async throws {
        let sampler = bench.sampler(SamplerBench.host)
        let task = Task { try await sampler.run() }
        await bench.reach(3)
        await bench.store.ticked(1)
        task.cancel()
        try await task.value
        #expect(bench.store.closes == 1)
        #expect(throws: SamplerError.self) { try sampler.start() }
    }

    @Test func runEndsWithStop() async throws {
        let sampler = bench.sampler(SamplerBench.host)
        async let ran: Void = sampler.run()
        await bench.reach(3)
        await bench.store.ticked(1)
        await sampler.stop()
        try await ran
        #expect(bench.store.closes == 1)
    }

    #if ServiceLifecycle
    @Test func aServiceGroupShutsTheSamplerDown() async throws {
        let sampler = bench.sampler(SamplerBench.host)
        let group = ServiceGroup(services: [sampler], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        async let ran: Void = group.run()
        await bench.reach(3)
        await bench.store.ticked(1)
        await group.triggerGracefulShutdown()
        try await ran
        #expect(bench.store.closes == 1)
    }
    #endif

    /// Runs in a separate process, where no other test opens descriptors or threads.
    @Test func repeatedRunsLeakNeitherDescriptorsNorThreads() async {
        await #expect(processExitsWith: .success) {
            func cycle(_ times: Int) async throws {
                for number in 0..<times {
                    let bench = SamplerBench()
                    let sampler = bench.sampler(SamplerBench.host)
                    try sampler.start()
                    if number % 2 == 0 {
                        await bench.reach(3)
                        await bench.store.ticked(1)
                    }
                    await sampler.stop()
                    // A cancelled sleep ends soon.
                    while bench.clock.sleepers > 0 { await Task.yield() }
                }
            }
            func entries(_ folder: String) throws -> Int {
                try FileManager.default.contentsOfDirectory(atPath: "/proc/self/\(folder)").count
            }
            try await cycle(50)
            let (descriptors, threads) = (try entries("fd"), try entries("task"))
            try await cycle(200)
            #expect(try entries("fd") <= descriptors)
            #expect(try entries("task") <= threads + 4)
        }
    }
}

extension SampleSource {
    /// A source of containers, each of which waits for `hold`.
    static func holding(_ hold: Hold, targets: Int, _ heedsCancellation: Bool = true) -> SampleSource {
        SampleSource("docker") { _ in
            SourceReading(
                targets: (0..<targets).map { number in
                    SampleTarget(id: "id\(number)") {
                        await hold.wait(heedsCancellation: heedsCancellation)
                        if Task.isCancelled { throw CancellationError() }
                        return .container(number)
                    }
                },
                containersRunning: targets
            )
        }
    }
}

extension Sample {
    static func container(_ number: Int, _ values: [SampleMetric: Double] = [.cpuPercent: 10, .memoryUsedBytes: 100])
        -> Sample
    {
        Sample(subject: .container("c\(number)"), containerID: "id\(number)", values: values)
    }
}
