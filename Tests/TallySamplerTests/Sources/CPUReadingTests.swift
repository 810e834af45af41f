import Testing

@testable import TallySampler

struct CPUReadingTests {
    private func reading(_ seconds: Double, at time: Int) -> CPUReading {
        CPUReading(seconds: seconds, elapsed: .seconds(time), time: .seconds(time))
    }

    @Test func halfACoreIsFiftyPercent() {
        let share = reading(17.5, at: 30).share(since: reading(10, at: 15), tick: tick(30), cpus: 1)
        #expect(share == .percent(50))
    }

    @Test func theFirstReadingHasNoShare() {
        #expect(reading(10, at: 15).share(since: nil, tick: tick(15), cpus: 1) == .none)
    }

    @Test func aDecreasingTotalHasNoShare() {
        #expect(reading(9.9, at: 30).share(since: reading(10, at: 15), tick: tick(30), cpus: 1) == .none)
    }

    @Test(arguments: [(90, true), (91, false)])
    func readingsOlderThanFiveIntervalsHaveNoShare(_ time: Int, isShare: Bool) {
        let share = reading(10, at: time).share(since: reading(10, at: 15), tick: tick(time), cpus: 1)
        #expect(share == (isShare ? .percent(0) : .none))
    }

    @Test(arguments: [15, 14])
    func nonPositiveElapsedTimeHasNoShare(_ time: Int) {
        #expect(reading(11, at: time).share(since: reading(10, at: 15), tick: tick(time), cpus: 1) == .none)
    }

    @Test(arguments: [(32.9, true), (33.1, false)])
    func sharesUpToTenPercentOverAllCoresArePlausible(_ used: Double, isPlausible: Bool) {
        let share = reading(used, at: 30).share(since: reading(0, at: 15), tick: tick(30), cpus: 2)
        #expect((share == .implausible) != isPlausible)
    }

    @Test func invalidNumbersAreNotShares() {
        #expect(CPUShare(percent: .nan, cpus: 2) == .none)
        #expect(CPUShare(percent: -1, cpus: 2) == .none)
        #expect(CPUShare(percent: .infinity, cpus: 2) == .implausible)
        #expect(CPUShare(used: 0, during: 0, cpus: 2) == .none)
    }

    @Test func extremeIntervalsDoNotTrap() {
        let tick = SourceTick(elapsed: .seconds(10), interval: Duration(attoseconds: .max))
        #expect(!tick.isBeyondBaseline(.zero))
        #expect(
            !SourceTick(elapsed: Duration(attoseconds: .max), interval: .seconds(1)).isBeyondBaseline(.zero) == false
        )
    }
}
