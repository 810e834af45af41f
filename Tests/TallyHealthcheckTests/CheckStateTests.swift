import Testing

@testable import TallyHealthcheck

/// The rules of one provider's cache, at given times.
struct CheckStateTests {
    private static let values = [Array("2".utf8)]

    private static func state(
        critical: Bool = true,
        staleIfError: Duration = .seconds(60),
        refreshInterval: Duration? = nil,
        failureThreshold: Int = 1,
        successThreshold: Int = 1
    ) -> CheckState {
        CheckState(
            CheckPolicy(
                critical: critical,
                timeout: .milliseconds(500),
                maxAge: .seconds(5),
                staleIfError: staleIfError,
                refreshInterval: refreshInterval,
                failureThreshold: failureThreshold,
                successThreshold: successThreshold
            )
        )
    }

    /// Starts a run that must start, and answers it or fails it after a millisecond.
    private func run(_ state: inout CheckState, at time: Duration, fails: Bool = false) throws {
        guard case .start(let run) = state.request(at: time, by: DocumentWait()) else {
            throw Unexpected(description: "no run began at \(time)")
        }
        let end = time + .milliseconds(1)
        _ = fails ? state.failed(run, at: end, wall: 0) : state.answered(run, Self.values, at: end, wall: 0)
    }

    private struct Unexpected: Error, CustomStringConvertible {
        let description: String
    }

    private func words(_ state: CheckState, at time: Duration) -> String {
        let view = state.view(at: time)
        let values = view.values == nil ? "null" : "values"
        return ([view.status.rawValue, view.reason?.rawValue, values] as [String?]).compactMap { $0 }
            .joined(separator: " ")
    }

    @Test func aCheckIsPendingBeforeItsFirstAnswer() {
        var state = Self.state()
        #expect(words(state, at: .zero) == "fail pending null")
        _ = state.request(at: .zero, by: DocumentWait())
        #expect(words(state, at: .zero) == "fail pending null")
    }

    @Test func anAnswerIsReusedWhileFresh() throws {
        var state = Self.state()
        try run(&state, at: .zero)
        #expect(state.request(at: .milliseconds(5_000), by: DocumentWait()) == .ready)
        #expect(words(state, at: .milliseconds(5_000)) == "ok values")
        #expect(state.request(at: .milliseconds(5_001), by: DocumentWait()) == .start(run: 2))
    }

    @Test func aFailureIsReusedWhileFresh() throws {
        var state = Self.state()
        try run(&state, at: .zero, fails: true)
        #expect(state.request(at: .milliseconds(5_000), by: DocumentWait()) == .ready)
        #expect(words(state, at: .seconds(5)) == "fail error null")
        #expect(state.request(at: .milliseconds(5_001), by: DocumentWait()) == .start(run: 2))
    }

    @Test func requestsDuringARunWaitForIt() {
        var state = Self.state()
        let waits = (0..<3).map { _ in DocumentWait() }
        #expect(waits.map { state.request(at: .zero, by: $0) } == [.start(run: 1), .wait, .wait])
        let released = state.answered(1, Self.values, at: .milliseconds(1), wall: 0)
        #expect(released.map(ObjectIdentifier.init) == waits.map(ObjectIdentifier.init))
    }

    @Test func requestsDoNotWaitForAnOverdueRun() {
        var state = Self.state()
        _ = state.request(at: .zero, by: DocumentWait())
        #expect(state.overdueRun(at: .milliseconds(499)) == nil)
        #expect(state.overdueRun(at: .milliseconds(500)) == 1)
        #expect(state.missedDeadline(1, at: .milliseconds(500), wall: 0)?.count == 1)
        #expect(state.missedDeadline(1, at: .milliseconds(500), wall: 0) == nil, "a missed deadline was reported twice")
        #expect(words(state, at: .milliseconds(500)) == "fail timeout null")
        #expect(state.request(at: .seconds(1), by: DocumentWait()) == .ready)
    }

    @Test func aBlockedRunIsCancelledOnceAndNotRestarted() {
        var state = Self.state()
        _ = state.request(at: .zero, by: DocumentWait())
        _ = state.missedDeadline(1, at: .milliseconds(500), wall: 0)
        #expect(words(state, at: .milliseconds(5_499)) == "fail timeout null")
        #expect(words(state, at: .milliseconds(5_500)) == "fail busy null")
        #expect(state.request(at: .milliseconds(5_500), by: DocumentWait()) == .cancel)
        #expect(state.request(at: .milliseconds(5_500), by: DocumentWait()) == .ready)
        #expect(state.refresh(at: .seconds(90)) == .ready)
        #expect(words(state, at: .seconds(1_000)) == "fail busy null")
    }

    @Test func aLateAnswerIsUsed() {
        var state = Self.state()
        _ = state.request(at: .zero, by: DocumentWait())
        _ = state.missedDeadline(1, at: .milliseconds(500), wall: 0)
        #expect(state.answered(1, Self.values, at: .seconds(3), wall: 9).isEmpty)
        #expect(words(state, at: .seconds(3)) == "ok values")
        #expect(state.outcome?.took == .seconds(3))
        #expect(state.request(at: .milliseconds(7_999), by: DocumentWait()) == .ready)
    }

    @Test func aLateFailureIsNotCountedTwiceAndAllowsTheNextRun() {
        var state = Self.state(failureThreshold: 2)
        _ = state.request(at: .zero, by: DocumentWait())
        _ = state.answered(1, Self.values, at: .zero, wall: 0)
        _ = state.request(at: .seconds(100), by: DocumentWait())
        _ = state.missedDeadline(2, at: .milliseconds(100_500), wall: 0)
        _ = state.failed(2, at: .seconds(103), wall: 0)
        #expect(words(state, at: .seconds(104)) == "warn timeout null")
        #expect(state.request(at: .milliseconds(105_499), by: DocumentWait()) == .ready)
        #expect(state.request(at: .milliseconds(105_500), by: DocumentWait()) == .start(run: 3))
    }

    @Test func resultsOfEarlierRunsAreIgnored() throws {
        var state = Self.state()
        try run(&state, at: .zero)
        #expect(state.answered(1, [], at: .seconds(1), wall: 0).isEmpty)
        #expect(state.view(at: .seconds(1)).values == Self.values)
        _ = state.request(at: .seconds(10), by: DocumentWait())
        #expect(state.failed(1, at: .seconds(10), wall: 0).isEmpty)
        #expect(state.missedDeadline(1, at: .seconds(11), wall: 0) == nil)
        #expect(state.run?.id == 2)
    }

    @Test func afterAFailureTheLastValuesAreStaleThenNull() throws {
        var state = Self.state()
        try run(&state, at: .zero)
        try run(&state, at: .seconds(10), fails: true)
        #expect(words(state, at: .seconds(11)) == "warn stale values")
        try run(&state, at: .seconds(50), fails: true)
        #expect(words(state, at: .milliseconds(60_001)) == "warn stale values")
        #expect(words(state, at: .milliseconds(60_002)) == "fail error null")
    }

    @Test func withoutAStalePeriodValuesAreNullAtOnce() throws {
        var state = Self.state(staleIfError: .zero)
        try run(&state, at: .zero)
        try run(&state, at: .seconds(10), fails: true)
        #expect(words(state, at: .seconds(10)) == "fail error null")
        #expect(words(state, at: .milliseconds(10_001)) == "fail error null")
        // As seen by a request that came before the answer and waited for other checks until the next failure.
        #expect(words(state, at: .milliseconds(1)) == "fail error null")
    }

    @Test func anExpiredAnswerIsNotOK() throws {
        var state = Self.state()
        try run(&state, at: .zero)
        #expect(words(state, at: .seconds(6)) == "warn stale values")
        #expect(words(state, at: .seconds(61)) == "fail pending null")
        try run(&state, at: .seconds(1_000))
        #expect(words(state, at: .seconds(1_001)) == "ok values")
    }

    // MARK: Flapping

    @Test func fewerFailuresThanTheThresholdAreAWarning() throws {
        var state = Self.state(staleIfError: .zero, failureThreshold: 3)
        try run(&state, at: .zero)
        var seen: [String] = []
        for (index, fails) in [true, true, false, true, true, true, false].enumerated() {
            let time = Duration.seconds(10 + 10 * index)
            try run(&state, at: time, fails: fails)
            seen.append(state.view(at: time).status.rawValue)
        }
        #expect(seen == ["warn", "warn", "ok", "warn", "warn", "fail", "ok"])
    }

    /// As seen by a probe that does not wait for the end of a slow run.
    @Test func anExpiredAnswerIsNoWorseThanAFailure() throws {
        var state = Self.state(staleIfError: .zero, failureThreshold: 2)
        try run(&state, at: .zero)
        _ = state.request(at: .seconds(10), by: DocumentWait())
        #expect(words(state, at: .seconds(10)) == "warn pending null")
        _ = state.failed(2, at: .seconds(10), wall: 0)
        #expect(words(state, at: .seconds(10)) == "warn error null")
    }

    @Test func aCheckThatNeverAnsweredFailsWhateverTheThreshold() throws {
        var state = Self.state(failureThreshold: 3)
        try run(&state, at: .zero, fails: true)
        #expect(words(state, at: .zero) == "fail error null")
    }

    @Test func aFailedProviderRecoversAtTheSuccessThreshold() throws {
        var state = Self.state(staleIfError: .zero, successThreshold: 3)
        var seen: [String] = []
        for (index, fails) in [false, true, false, false, true, false, false, false].enumerated() {
            let time = Duration.seconds(10 * index)
            try run(&state, at: time, fails: fails)
            seen.append(words(state, at: time))
        }
        #expect(
            seen == [
                "ok values", "fail error null", "fail pending values", "fail pending values", "fail error null",
                "fail pending values", "fail pending values", "ok values",
            ]
        )
    }

    @Test func aRecoveringProviderShowsNoExpiredValues() throws {
        // Good values that may be stale exist all the time.
        var state = Self.state(failureThreshold: 1, successThreshold: 3)
        try run(&state, at: .zero, fails: true)
        try run(&state, at: .seconds(10))
        #expect(words(state, at: .seconds(10)) == "fail pending values", "the values are new")
        try run(&state, at: .seconds(20), fails: true)
        #expect(words(state, at: .seconds(20)) == "fail error null", "the check failed again")
        try run(&state, at: .seconds(30))
        #expect(words(state, at: .milliseconds(35_001)) == "fail pending null", "the values have expired")
        guard case .start(let run) = state.request(at: .seconds(40), by: DocumentWait()) else {
            Issue.record("no run starts")
            return
        }
        #expect(words(state, at: .seconds(40)) == "fail pending null")
        _ = state.missedDeadline(run, at: .milliseconds(40_500), wall: 0)
        #expect(words(state, at: .milliseconds(40_500)) == "fail timeout null")
        #expect(words(state, at: .milliseconds(45_500)) == "fail busy null")
    }

    @Test func anIdleProviderIsOKAfterOneAnswer() throws {
        var state = Self.state(successThreshold: 2)
        try run(&state, at: .zero)
        try run(&state, at: .seconds(1_000))
        #expect(words(state, at: .seconds(1_000)) == "ok values")
    }

    // MARK: In the background

    @Test func aBackgroundAnswerIsFreshUntilTheNextIsOverdue() throws {
        var state = Self.state(refreshInterval: .seconds(30))
        #expect(state.refresh(at: .zero) == .start(run: 1))
        #expect(state.refresh(at: .zero) == .wait)
        _ = state.answered(1, Self.values, at: .zero, wall: 0)
        #expect(state.request(at: .milliseconds(30_499), by: DocumentWait()) == .ready)
        #expect(words(state, at: .milliseconds(30_499)) == "ok values")
        #expect(state.request(at: .milliseconds(30_500), by: DocumentWait()) == .start(run: 2))
    }

    @Test func aBackgroundRunStartsWhileTheAnswerIsFresh() throws {
        var state = Self.state(refreshInterval: .seconds(1))
        try run(&state, at: .zero)
        #expect(state.refresh(at: .seconds(1)) == .start(run: 2))
        #expect(state.request(at: .seconds(1), by: DocumentWait()) == .ready, "a fresh answer needs no wait")
    }
}
