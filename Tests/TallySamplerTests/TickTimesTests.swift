import Tally
import Testing

@testable import TallySampler

struct TickTimesTests {
    private let start = 1_800_000_000.0
    private let first: Int64 = 1_800_000_000

    /// The stamps of ticks 15 seconds apart, each at an offset of the wall clock.
    private func stamps(_ offsets: [Double], newest: Int64? = nil, retention: Int64 = 7200) -> [TickTimes.Stamp] {
        var times = TickTimes(newest: newest)
        return offsets.enumerated().compactMap { number, offset in
            times.stamp(
                wall: start + 15 * Double(number) + offset,
                elapsed: .seconds(15 * number),
                interval: .seconds(15),
                retention: .seconds(retention)
            )
        }
    }

    @Test func timesAreWallClockSeconds() {
        let stamps = stamps([0, 0.4, 0.999])
        #expect(stamps.map(\.time) == [1_800_000_000, 1_800_000_015, 1_800_000_030])
        #expect(stamps.allSatisfy { $0.step == nil })
        #expect(stamps.map(\.cutoff) == [1_799_992_800, 1_799_992_815, 1_799_992_830])
    }

    @Test func onlyStepsBeyondTwoSecondsAreReported() {
        #expect(stamps([0, 1.9, 0]).map(\.step) == [nil, nil, nil])
        #expect(stamps([0, 3, 3]).map(\.step) == [nil, 3, nil])
        #expect(stamps([0, -3]).map(\.step) == [nil, -3])
    }

    @Test func timesAdvanceSlowlyAfterASmallStepBack() {
        let stamps = stamps([0] + Array(repeating: -3000, count: 229))
        #expect(stamps[1].time == 1_800_000_001)
        #expect(zip(stamps, stamps.dropFirst()).allSatisfy { $0.time < $1.time })
        #expect(stamps[229].time == first + 435, "the clock has caught up")
    }

    /// A tick would replace another with the same time.
    @Test func noTwoTicksHaveTheSameTime() {
        #expect(stamps([0, -15]).map(\.time) == [first, first + 1])
        #expect(stamps([0], newest: first).map(\.time) == [first + 1])
    }

    @Test func aLargeStepBackIsFollowed() {
        let stamps = stamps([0, 0, -7200])
        #expect(stamps[2].time == first + 30 - 7200)
        #expect(stamps[2].cutoff == first + 30 - 7200 - 7200, "no history is pruned")
    }

    @Test func aStepForwardPausesPruningAndThenSlowsIt() {
        let day = 86_400.0
        let stamps = stamps([0, 0] + Array(repeating: day, count: 100))
        #expect(stamps[2].step == day)
        // Ten minutes are forty ticks.
        #expect(stamps[2..<42].allSatisfy { $0.cutoff == nil })
        #expect(stamps[42].cutoff == first + 15 + 150 - 7200)
        #expect(stamps[43].cutoff == first + 15 + 300 - 7200)
    }

    /// A clock that was a day ahead for a minute must not lose history.
    @Test func aStepForwardAndBackPrunesNothingEarly() {
        let stamps = stamps([0, 0, 86_400, 86_400] + Array(repeating: 0, count: 60))
        #expect(stamps.allSatisfy { $0.cutoff ?? 0 <= first + 64 * 15 - 7200 })
        #expect(stamps.last?.time == first + 63 * 15)
    }

    @Test func anOldHistoryIsNotPrunedAtOnce() {
        let newest: Int64 = 1_800_000_000 - 86_400
        let stamps = stamps(Array(repeating: 0, count: 100), newest: newest)
        #expect(stamps[..<40].allSatisfy { $0.cutoff == nil })
        #expect(stamps[40].cutoff == newest + 150 - 7200)
        #expect(stamps[41].cutoff == newest + 300 - 7200)
    }

    @Test func aHistoryThatEndsSlightlyAheadIsContinued() {
        #expect(stamps([0], newest: 1_800_000_100)[0].time == 1_800_000_101)
        #expect(stamps([0], newest: 1_800_010_000)[0].time == 1_800_000_000)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300, -1e300])
    func anInvalidWallClockGivesNoStamp(_ wall: Double) {
        var times = TickTimes(newest: .max)
        let stamp = times.stamp(
            wall: wall,
            elapsed: .zero,
            interval: .seconds(15),
            retention: Duration(attoseconds: .max)
        )
        #expect(stamp == nil)
    }

    @Test func extremeTimesDoNotTrap() {
        for newest in [Int64.min, -1, 0, .max] {
            var times = TickTimes(newest: newest)
            for (wall, elapsed) in [(0.0, Int128.min), (1e11, .max), (-1e11, 0)] {
                _ = times.stamp(
                    wall: wall,
                    elapsed: Duration(attoseconds: elapsed),
                    interval: .seconds(300),
                    retention: SamplingSettings.maxRetention
                )
            }
        }
    }
}
