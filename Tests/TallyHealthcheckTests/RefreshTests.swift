import Tally
import Testing

@testable import TallyHealthcheck

@Suite(.timeLimit(.minutes(1)))
struct RefreshTests {
    private let hand = Hand()

    @Test func aBackgroundProviderRunsWithoutBeingAsked() async throws {
        let bench = Bench(provider(hand, refreshedEvery: .seconds(30)))
        await hand.began(1)
        hand.answer(.two)
        await eventually { await bench.document().status == .ok }
        #expect(hand.runs == 1)
        for run in 2...4 {
            bench.clock.advance(by: .seconds(30))
            await hand.began(run)
            // Those who ask meanwhile get the answer before, at once.
            #expect(await bench.document().status == .ok)
            hand.answer(["sessions": .integer(100 + run)])
            try await eventually { try await bench.document().json["sessions"] as? Int == 100 + run }
        }
    }

    @Test func aHealthcheckThatIsGoneRunsNothing() async throws {
        let clock = SteppedClock()
        var healthcheck: Healthcheck? = Healthcheck(
            service: ServiceInfo(name: "chat", version: "1"),
            providers: [provider(hand, refreshedEvery: .seconds(30))],
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
}
