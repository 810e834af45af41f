#if Docker
import Foundation
import NIOHTTP1
import Synchronization
import TallyTesting
import Testing

@testable import TallySampler

/// An engine that does not answer, or not completely.
struct EngineDeadlineTests {
    private let clock = ManualClock()

    private func source(_ engine: FakeEngine) -> SampleSource {
        .docker(
            EngineSource(
                sockets: .given(engine.socket),
                clock: clock,
                hostMemory: { nil },
                owner: { .container($0.name) }
            )
        )
    }

    /// Targets that several tasks share.
    private final class Queue: Sendable {
        private let rest: Mutex<[SampleTarget]>

        init(_ targets: [SampleTarget]) {
            rest = Mutex(targets)
        }

        /// Reads targets until none is left, and returns the number of samples.
        func work() async -> Int {
            var ended = 0
            while let target = rest.withLock({ $0.popLast() }) {
                if (try? await target.read()) != nil { ended += 1 }
            }
            return ended
        }
    }

    private static let list = Array(listText(1...60).utf8)

    private static func answer(_ uri: String, hanging: FakeEngine.Answer) -> FakeEngine.Answer {
        switch uri {
        case "/_ping": return .ok("OK")
        case "/v1.41/containers/json": return .reply(.ok, list)
        default:
            let number = (1...60).first { uri.contains(containerID($0)) } ?? 0
            return [7, 8, 9].contains(number) ? hanging : .ok(StatsText(id: containerID(number)).text)
        }
    }

    /// Runs `work`, advances the clock by `limit`, and returns the reason of the error.
    private func reason(
        after limit: Duration,
        sleepers: Int = 1,
        _ work: @escaping @Sendable () async throws -> Void
    ) async throws -> SourceError.Reason? {
        let task = Task { () -> SourceError.Reason? in
            do {
                try await work()
                return nil
            } catch {
                return (error as? SourceError)?.reason
            }
        }
        try await clock.waitForSleepers(sleepers)
        clock.advance(by: limit - .nanoseconds(1))
        #expect(clock.sleeperCount >= sleepers)
        clock.advance(by: .nanoseconds(1))
        return await task.value
    }

    @Test func aPingTimesOutAfterTwoSeconds() async throws {
        let engine = try await FakeEngine { _ in .hang }
        let source = source(engine)
        #expect(try await reason(after: .seconds(2)) { _ = try await source.read(tick(0)) } == .timeout)
        engine.answer { _ in .half([79]) }
        #expect(try await reason(after: .seconds(2)) { _ = try await source.read(tick(0)) } == .timeout)
        await source.shutdown()
    }

    @Test(arguments: [true, false])
    func aListTimesOutAfterFiveSeconds(isHalf: Bool) async throws {
        let engine = try await FakeEngine { uri in
            switch uri {
            case "/_ping": .ok("OK")
            case "/v1.41/containers/json": isHalf ? .half(Self.list) : .hang
            default: .ok(#"{"ContainersRunning":3}"#)
            }
        }
        let source = source(engine)
        let task = Task { try await source.read(tick(0)) }
        // The list's timer replaces the ping's.
        while !engine.seen.contains(where: { $0.uri.hasSuffix("json") }) { await Task.yield() }
        try await clock.waitForSleepers(1)
        clock.advance(by: .seconds(5))
        let reading = try await task.value
        #expect(reading.errors.map(\.reason) == [.timeout])
        #expect(reading.containersRunning == 3)
        await source.shutdown()
    }

    @Test(arguments: [true, false])
    func threeHangingTargetsDoNotDelayOthers(isHalf: Bool) async throws {
        let engine = try await FakeEngine { Self.answer($0, hanging: isHalf ? .half([123]) : .hang) }
        let source = source(engine)
        let reading = try await source.read(tick(0))
        #expect(reading.targets.count == 60)
        // Eight at a time, as a sampler does. Three of the eight places stay taken.
        let hung = reading.targets[6..<9].map { target in Task { try await target.read() } }
        let queue = Queue(Array(reading.targets[..<6] + reading.targets[9...]))
        let ended = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<5 { group.addTask { await queue.work() } }
            return await group.reduce(0, +)
        }
        #expect(ended == 57)
        try await clock.waitForSleepers(3)
        clock.advance(by: .seconds(10))
        for task in hung {
            let error = await #expect(throws: SourceError.self) { try await task.value }
            #expect(error?.reason == .timeout)
        }
        await source.shutdown()
    }

    @Test func cancellingRequestsInFlightIsPrompt() async throws {
        let engine = try await FakeEngine { Self.answer($0, hanging: .hang) }
        let source = source(engine)
        let reading = try await source.read(tick(0))
        let tasks = reading.targets[6..<9].map { target in Task { try await target.read() } }
        try await clock.waitForSleepers(3)
        let begin = ContinuousClock.now
        for task in tasks {
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        await source.shutdown()
        let time = begin.duration(to: .now)
        // No bound: the engine never answers and the clock stands still, so an ignored cancellation would hang.
        print("cancelling three requests and shutting down took \(time)")
    }

    @Test func shutdownEndsRequestsInFlight() async throws {
        let engine = try await FakeEngine { Self.answer($0, hanging: .hang) }
        let source = source(engine)
        let reading = try await source.read(tick(0))
        let task = Task { try await reading.targets[6].read() }
        while !engine.seen.contains(where: { $0.uri.contains(containerID(7)) }) { await Task.yield() }
        await source.shutdown()
        let error = await #expect(throws: SourceError.self) { try await task.value }
        #expect(error?.reason == .failed)
        // A second shutdown has no effect, and a later read connects again.
        await source.shutdown()
        #expect(try await source.read(tick(15)).targets.count == 60)
        await source.shutdown()
    }

    @Test(arguments: [true, false])
    func noConnectionStaysOpen(isShutDown: Bool) async throws {
        let engine = try await FakeEngine { Self.answer($0, hanging: .hang) }
        for number in 0..<100 {
            let source = source(engine)
            let reading = try await source.read(tick(number))
            _ = try await reading.targets[0].read()
            // Otherwise the source is released without a shutdown.
            if isShutDown { await source.shutdown() }
        }
        let begin = ContinuousClock.now
        while engine.open > 0, begin.duration(to: .now) < .seconds(600) { await Task.yield() }
        #expect(engine.open == 0)
    }
}
#endif
