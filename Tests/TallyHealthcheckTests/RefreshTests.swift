import Tally
import Testing

@testable import TallyHealthcheck

@Suite(.timeLimit(.minutes(5)))
struct RefreshTests {
    private let hand = Hand()

    @Test func aBackgroundProviderRunsWithoutRequests() async throws {
        let bench = Bench(provider(hand, refreshInterval: .seconds(30)))
        await hand.began(1)
        hand.answer(.two)
        await eventually { await bench.document().status == .ok }
        #expect(hand.runs == 1)
        for run in 2...4 {
            bench.clock.advance(by: .seconds(30))
            await hand.began(run)
            // A request meanwhile gets the previous answer at once.
            #expect(await bench.document().status == .ok)
            hand.answer(["sessions": .integer(100 + run)])
            try await eventually { try await bench.document().json["sessions"] as? Int == 100 + run }
        }
    }

    @Test func aReleasedHealthcheckRunsNothing() async throws {
        let clock = SteppedClock()
        var healthcheck: Healthcheck? = Healthcheck(
            service: ServiceInfo(name: "chat", version: "1"),
            providers: [provider(hand, refreshInterval: .seconds(30))],
            clock: clock
        )
        weak let check = healthcheck?.checks[0]
        await hand.began(1)
        hand.answer(.two)
        await eventually { check?.hasAnswered != false }
        healthcheck = nil
        await eventually { check == nil && clock.sleepers == 0 }
        clock.advance(by: .seconds(300))
        #expect(hand.runs == 1)
    }

    @Test func releasingAHealthcheckCancelsItsRunsWithoutAFailure() async {
        let registry = MetricRegistry()
        let told = Locked(0)
        let (began, begin) = AsyncStream.makeStream(of: Void.self)
        let (never, held) = AsyncStream.makeStream(of: Void.self)
        var healthcheck: Healthcheck? = Healthcheck(
            service: ServiceInfo(name: "chat", version: "1"),
            providers: [
                SnapshotProvider("hung", keys: [], refreshInterval: .seconds(30)) {
                    begin.finish()
                    for await _ in never {}
                    throw CancellationError()
                }
            ],
            registry: registry,
            clock: SteppedClock(),
            onError: { _, _ in told.withLock { $0 += 1 } }
        )
        weak let check = healthcheck?.checks[0]
        for await _ in began {}
        healthcheck = nil
        await eventually { check == nil }
        withExtendedLifetime(held) {}
        #expect(told.withLock { $0 } == 0)
        let text = String(decoding: registry.exposition().body, as: UTF8.self)
        #expect(!text.contains("health_check_duration_seconds{"), "the cancelled run was recorded as a failure")
    }

    /// Calls its hook once, at the next read of the time.
    private final class HookedClock: Clock {
        let stepped = SteppedClock()
        let hook = Locked<(@Sendable () -> Void)?>(nil)
        let minimumResolution = Duration.nanoseconds(1)

        var now: SteppedClock.Instant {
            hook.withLock { $0.take() }?()
            return stepped.now
        }

        func sleep(until deadline: SteppedClock.Instant, tolerance: Duration?) async throws {
            try await stepped.sleep(until: deadline, tolerance: tolerance)
        }
    }

    @Test func aHealthcheckReleasedDuringARefreshLeavesNothingBehind() async throws {
        let clock = HookedClock()
        let healthcheck = Locked<Healthcheck?>(nil)
        healthcheck.withLock {
            $0 = Healthcheck(
                service: ServiceInfo(name: "chat", version: "1"),
                providers: [provider(hand, refreshInterval: .seconds(30))],
                clock: clock
            )
        }
        weak let check = healthcheck.withLock { $0?.checks[0] }
        await hand.began(1)
        hand.answer(.two)
        await eventually { check?.hasAnswered == true && clock.stepped.sleepers == 1 }
        clock.hook.withLock { $0 = { _ = healthcheck.withLock { $0.take() } } }
        clock.stepped.advance(by: .seconds(30))
        await eventually { check == nil && clock.stepped.sleepers == 0 }
        #expect(hand.runs == 1)
    }
}
