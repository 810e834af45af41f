import RelayCore
import TallyTesting
import Testing

/// A binary's time to come back, by a clock that the tests move.
@Suite(.timeLimit(.minutes(10)))
struct GraceTests {
    private let clock = ManualClock()
    private let counts = HookCounts()
    private let relay: Relay<ManualClock>
    private let phone = Inbox()

    init() throws {
        relay = Relay(grace: .seconds(30), clock: clock, hooks: counts.hooks)
    }

    /// A binary with one phone.
    private func pair() throws -> UInt32 {
        let binary = try relay.claim(Greeting(.binary, "studio"), Inbox().peer)
        _ = try relay.claim(Greeting(.phone, "studio"), phone.peer)
        return binary
    }

    @Test func aBinaryThatDoesNotComeBackIsEvictedOnce() async throws {
        relay.release(try pair())
        try await clock.waitForSleepers(1)
        clock.advance(by: .seconds(29))
        relay.clean()
        #expect(counts.counts.expired == 0)
        #expect(!phone.isClosed)
        clock.advance(by: .seconds(1))
        // The timer runs in its own task; cleaning at the same moment must not count again.
        relay.clean()
        while !phone.isClosed { await Task.yield() }
        relay.clean()
        #expect(counts.counts.expired == 1)
        #expect(relay.memberCount == 0)
        #expect(throws: Refusal.missingPeer) { try relay.claim(Greeting(.phone, "studio"), Inbox().peer) }
    }

    @Test func aStaleTimerEvictsNobody() async throws {
        relay.release(try pair())
        try await clock.waitForSleepers(1)
        clock.advance(by: .seconds(20))
        let inbox = Inbox()
        let binary = try relay.claim(Greeting(.binary, "studio"), inbox.peer)
        // The first timer fires, and a second one, whose binary left later, is still to come.
        clock.advance(by: .seconds(5))
        relay.release(binary)
        try await clock.waitForSleepers(2)
        clock.advance(by: .seconds(5))
        relay.clean()
        #expect(counts.counts.expired == 0)
        #expect(!phone.isClosed)
        let again = try relay.claim(Greeting(.binary, "studio"), inbox.peer)
        clock.advance(by: .seconds(600))
        relay.clean()
        #expect(counts.counts.expired == 0, "both timers were stale")
        relay.receive(Envelope(.frame, connection: 2, payload: [1]), from: again)
        #expect(phone.envelopes == [Envelope(.frame, connection: 2, payload: [1])], "the phone is still paired")
    }

    @Test func aReplacedBinaryIsClosedAndHasNoGrace() async throws {
        let (first, second) = (Inbox(), Inbox())
        let old = try relay.claim(Greeting(.binary, "studio"), first.peer)
        _ = try relay.claim(Greeting(.binary, "studio"), second.peer)
        #expect(first.isClosed)
        // The old socket's end arrives after the new one has taken over.
        relay.release(old)
        relay.release(old)
        clock.advance(by: .seconds(600))
        relay.clean()
        #expect(counts.counts.expired == 0)
        #expect(relay.memberCount == 1)
    }

    @Test func onlyBinariesThatAreDueAreEvicted() throws {
        let studio = try pair()
        let garage = try relay.claim(Greeting(.binary, "garage"), Inbox().peer)
        relay.release(studio)
        clock.advance(by: .seconds(10))
        relay.release(garage)
        clock.advance(by: .seconds(20))
        relay.clean()
        #expect(counts.counts.expired == 1)
        clock.advance(by: .seconds(10))
        relay.clean()
        #expect(counts.counts.expired == 2)
    }
}
