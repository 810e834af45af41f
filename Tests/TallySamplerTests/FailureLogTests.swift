import Testing

@testable import TallySampler

/// The retry schedule of a failing store.
struct FailureLogTests {
    private var log = FailureLog()
    private var now = Duration.zero

    /// Records a failure, advances the time until a retry is allowed, and returns that delay in seconds.
    private mutating func wait(_ failure: HistoryStatus.Failure) -> Int {
        log.begin(failure, "", at: now)
        var seconds = 0
        while !log.mayTry(at: now), seconds < 1000 {
            seconds += 1
            now += .seconds(1)
        }
        return seconds
    }

    private mutating func waits(_ times: Int, _ failure: HistoryStatus.Failure) -> [Int] {
        var waits: [Int] = []
        for _ in 0..<times { waits.append(wait(failure)) }
        return waits
    }

    @Test mutating func retryDelaysDoubleUpToOneMinute() {
        let waits = waits(6, .full)
        #expect(waits == [5, 10, 20, 40, 60, 60])
        #expect(log.counts == [.full: 1])
        #expect(log.current == .full)
    }

    @Test mutating func aDifferentFailureOrARecoveryResetsTheDelay() {
        let first = waits(3, .full)
        #expect(first == [5, 10, 20])
        let other = waits(2, .inputOutput)
        #expect(other == [5, 10])
        log.end()
        #expect(log.mayTry(at: now))
        let again = waits(1, .inputOutput)
        #expect(again == [5], "the store recovered in between")
        #expect(log.counts == [.full: 1, .inputOutput: 2])
    }

    @Test mutating func aBusyStoreIsRetriedWithoutDelay() {
        let waits = waits(3, .busy)
        #expect(waits == [0, 0, 0])
        #expect(log.counts == [.busy: 1])
    }
}
