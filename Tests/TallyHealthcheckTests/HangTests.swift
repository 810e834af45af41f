import Testing

@testable import TallyHealthcheck

/// Runs that neither answer nor fail, and the failures they count as.
@Suite(.timeLimit(.minutes(5)))
struct HangTests {
    private static let values = [Array("2".utf8)]

    private static func state(
        staleIfError: Duration = .zero,
        refreshInterval: Duration? = nil,
        failureThreshold: Int,
        successThreshold: Int = 1
    ) -> CheckState {
        CheckState(
            CheckPolicy(
                critical: true,
                timeout: .milliseconds(500),
                maxAge: .seconds(5),
                staleIfError: staleIfError,
                refreshInterval: refreshInterval,
                failureThreshold: failureThreshold,
                successThreshold: successThreshold
            )
        )
    }

    /// A check that answered at 0, and whose run from 10 s on hangs: overdue at 10.5 s.
    private static func hanging(
        refreshInterval: Duration? = nil,
        failureThreshold: Int,
        successThreshold: Int = 1
    ) -> CheckState {
        var state = state(
            refreshInterval: refreshInterval,
            failureThreshold: failureThreshold,
            successThreshold: successThreshold
        )
        _ = state.refresh(at: .zero)
        _ = state.answered(1, values, at: .zero, wall: 0)
        _ = state.refresh(at: .seconds(10))
        _ = state.missedDeadline(2, at: .milliseconds(10_500), wall: 0)
        return state
    }

    private func word(_ state: CheckState, at milliseconds: Int) -> String {
        let view = state.view(at: .milliseconds(milliseconds))
        return [view.status.rawValue, view.reason?.rawValue].compactMap { $0 }.joined(separator: " ")
    }

    @Test func eachPeriodBlockedByAHangingRunIsAFailure() {
        let state = Self.hanging(failureThreshold: 3)
        #expect(word(state, at: 10_500) == "warn timeout")
        #expect(word(state, at: 15_499) == "warn timeout")
        #expect(word(state, at: 15_500) == "warn busy")
        #expect(word(state, at: 20_499) == "warn busy")
        #expect(word(state, at: 20_500) == "fail busy")
        #expect(word(state, at: 1_000_000_000) == "fail busy")
    }

    @Test(arguments: [2, 7, Int.max])
    func aHangingRunFailsOnceItsPeriodsReachTheThreshold(_ failureThreshold: Int) {
        let state = Self.hanging(failureThreshold: failureThreshold)
        guard failureThreshold < Int.max else { return #expect(word(state, at: Int.max) == "warn busy") }
        let last = 10_500 + 5_000 * (failureThreshold - 1)
        #expect(word(state, at: last - 1).hasPrefix("warn"))
        #expect(word(state, at: last) == "fail busy")
    }

    @Test func aRefreshedCheckCountsItsShorterPeriods() {
        let state = Self.hanging(refreshInterval: .seconds(1), failureThreshold: 3)
        #expect(word(state, at: 12_499) == "warn timeout")
        #expect(word(state, at: 12_500) == "fail timeout")
    }

    @Test func missedPeriodsStayCountedWhenTheRunEnds() {
        var state = Self.hanging(failureThreshold: 3)
        _ = state.failed(2, at: .milliseconds(20_600), wall: 0)
        #expect(word(state, at: 20_600) == "fail timeout")
        #expect(word(state, at: 90_000) == "fail timeout")
    }

    /// The provider honours its cancellation, so the period in which it was cancelled is also that of the next run.
    @Test func aPeriodCountsOnceEvenIfItsNextRunHangsToo() {
        var state = Self.hanging(failureThreshold: 3)
        #expect(state.request(at: .milliseconds(15_500), by: DocumentWait()) == .cancel)
        _ = state.failed(2, at: .milliseconds(15_501), wall: 0)
        #expect(state.request(at: .milliseconds(15_502), by: DocumentWait()) == .start(run: 3))
        _ = state.missedDeadline(3, at: .milliseconds(16_002), wall: 0)
        #expect(word(state, at: 16_002) == "warn timeout", "the second failure, not the third")
        #expect(word(state, at: 21_002) == "fail busy")
    }

    @Test func anAnswerResetsTheCountedPeriods() {
        var state = Self.hanging(refreshInterval: .seconds(2), failureThreshold: 1)
        _ = state.failed(2, at: .milliseconds(12_501), wall: 0)
        _ = state.refresh(at: .milliseconds(12_502))
        _ = state.answered(3, Self.values, at: .milliseconds(12_503), wall: 0)
        #expect(word(state, at: 12_503) == "ok")
        _ = state.refresh(at: .milliseconds(12_504))
        _ = state.failed(4, at: .milliseconds(12_505), wall: 0)
        #expect(word(state, at: 12_505) == "fail error", "a new failure")
    }

    @Test func aLateAnswerResetsTheCount() {
        var state = Self.hanging(failureThreshold: 3)
        _ = state.answered(2, Self.values, at: .milliseconds(15_600), wall: 0)
        #expect(word(state, at: 15_600) == "ok")
        _ = state.refresh(at: .seconds(30))
        _ = state.missedDeadline(3, at: .milliseconds(30_500), wall: 0)
        #expect(word(state, at: 39_000) == "warn busy", "the count restarted")
    }

    @Test func aLateAnswerAfterTheThresholdNeedsTheSuccessThreshold() {
        var failed = Self.hanging(failureThreshold: 2, successThreshold: 2)
        _ = failed.answered(2, Self.values, at: .milliseconds(15_600), wall: 0)
        #expect(word(failed, at: 15_600) == "fail pending")
        var warned = Self.hanging(failureThreshold: 2, successThreshold: 2)
        _ = warned.answered(2, Self.values, at: .milliseconds(15_400), wall: 0)
        #expect(word(warned, at: 15_400) == "ok")
    }

    @Test func readinessFailsOnceAHangingCheckReachesItsThreshold() async throws {
        let hand = Hand()
        let bench = Bench(provider(hand, failureThreshold: 3))
        let first = bench.request()
        await hand.began(1)
        hand.answer(.two)
        #expect(await first.value.status == .ok)
        bench.clock.advance(by: .seconds(70))
        let second = bench.request()
        await hand.began(2)
        bench.clock.advance(by: .milliseconds(500))
        #expect(try await second.value.check("database") == "warn timeout")
        bench.clock.advance(by: .seconds(5))
        #expect(try await bench.document().check("database") == "warn busy")
        bench.clock.advance(by: .seconds(5))
        let document = await bench.document()
        #expect(try document.check("database") == "fail busy")
        #expect(document.httpStatus == 503)
        #expect(await bench.healthcheck.readiness().httpStatus == 503)
        #expect(hand.runs == 2, "it still hangs")
    }

    // MARK: Slow, but in time

    @Test func anExpiredAnswerIsNoFailureWhileTheNextRunIsInTime() {
        var state = Self.state(failureThreshold: 1)
        _ = state.refresh(at: .zero)
        _ = state.answered(1, Self.values, at: .zero, wall: 0)
        _ = state.refresh(at: .seconds(100))
        #expect(word(state, at: 100_000) == "warn pending")
        #expect(state.view(at: .seconds(100)).values == nil, "the values may not be stale")
        #expect(word(state, at: 100_499) == "warn pending")
        #expect(word(state, at: 100_500) == "fail pending", "the run is overdue though its timer is late")
        _ = state.missedDeadline(2, at: .milliseconds(100_500), wall: 0)
        #expect(word(state, at: 100_500) == "fail timeout")
    }

    @Test func aFailureRemainsWhileTheNextRunIsInTime() {
        var state = Self.state(failureThreshold: 1)
        _ = state.refresh(at: .zero)
        _ = state.answered(1, Self.values, at: .zero, wall: 0)
        _ = state.refresh(at: .seconds(100))
        _ = state.failed(2, at: .seconds(100), wall: 0)
        _ = state.refresh(at: .seconds(200))
        #expect(word(state, at: 200_000) == "fail error")
        _ = state.answered(3, Self.values, at: .seconds(200), wall: 0)
        #expect(word(state, at: 200_000) == "ok")
    }

    @Test func anExpiredAnswerOfARecoveringCheckIsStillAFailure() {
        var state = Self.state(failureThreshold: 1, successThreshold: 3)
        _ = state.refresh(at: .zero)
        _ = state.failed(1, at: .zero, wall: 0)
        _ = state.refresh(at: .seconds(100))
        _ = state.answered(2, Self.values, at: .seconds(100), wall: 0)
        _ = state.refresh(at: .seconds(200))
        #expect(word(state, at: 200_000) == "fail pending")
    }

    /// The check takes 1.2 seconds, longer than readiness waits, and is probed every ten seconds.
    @Test(arguments: [Duration.zero, .seconds(60)])
    func aSlowCheckIsReadyAtEveryProbe(_ staleIfError: Duration) async {
        let hand = Hand()
        let bench = Bench(provider(hand, timeout: .seconds(3), staleIfError: staleIfError))
        let first = bench.request()
        await hand.began(1)
        hand.answer(.two)
        #expect(await first.value.status == .ok)
        for run in 2...4 {
            bench.clock.advance(by: .milliseconds(8_800))
            let probe = Task { await bench.healthcheck.readiness() }
            await hand.began(run)
            // The run's deadline, and the probe's.
            await eventually { bench.clock.sleepers == 2 }
            bench.clock.advance(by: .milliseconds(800))
            #expect(await probe.value.httpStatus == 200, "probe \(run)")
            bench.clock.advance(by: .milliseconds(400))
            hand.answer(.two)
            await eventually { await bench.document().status == .ok }
        }
        #expect(hand.runs == 4)
    }

    @Test func aSlowCheckThatMissesItsDeadlineIsNotReady() async {
        let hand = Hand()
        let bench = Bench(provider(hand, timeout: .seconds(3), staleIfError: .zero))
        let first = bench.request()
        await hand.began(1)
        hand.answer(.two)
        #expect(await first.value.status == .ok)
        bench.clock.advance(by: .seconds(10))
        let probe = Task { await bench.healthcheck.readiness() }
        await hand.began(2)
        await eventually { bench.clock.sleepers == 2 }
        bench.clock.advance(by: .milliseconds(800))
        #expect(await probe.value.httpStatus == 200)
        bench.clock.advance(by: .milliseconds(2_200))
        await eventually { await bench.healthcheck.readiness().httpStatus == 503 }
    }

    /// A cancelled request, as of a client that disconnected, gets the current state at once.
    @Test func aCancelledRequestDuringARunShowsNoFailure() async throws {
        let hand = Hand()
        let bench = Bench(provider(hand, staleIfError: .zero))
        let first = bench.request()
        await hand.began(1)
        hand.answer(.two)
        #expect(await first.value.status == .ok)
        bench.clock.advance(by: .seconds(10))
        let leaves = bench.request()
        await hand.began(2)
        leaves.cancel()
        let document = await leaves.value
        #expect(document.httpStatus == 200)
        #expect(try document.check("database") == "warn pending")
        #expect(document.text.contains(#""sessions":null"#))
    }
}
