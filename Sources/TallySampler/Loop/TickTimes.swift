internal import Tally

/// The wall-clock times of ticks and the cutoff for pruning, robust to changes of the clock.
struct TickTimes {
    /// In seconds since the Unix epoch.
    private(set) var last: Int64?
    private var previous: (wall: Double, elapsed: Duration)?
    /// The time that pruning goes by: it follows the clock, but never far at once.
    private var trusted: Int64?
    private var holdsUntil: Duration = .zero
    /// Stretches in which nothing was sampled, since the clock jumped over them or the program was off, oldest first.
    private var gaps: [(from: Int64, to: Int64)] = []

    /// A step is a difference of the two clocks that is larger than this, in seconds.
    static let tolerance = 2.0
    /// Up to this far back, in seconds, time is taken to stand still until the clock has caught up.
    static let standstill: Int64 = 3600
    /// After a jump that is longer than this, nothing is pruned for a while: the clock may be set back soon.
    static let jump: Int64 = 300
    static let hold = Duration.seconds(600)
    /// A clock that jumps all the time is followed slowly: more stretches than this are not kept in mind.
    static let maxGaps = 16
    /// The maximum advance of the cutoff in a tick, in intervals.
    static let maxIntervals: Int64 = 10

    struct Stamp: Equatable {
        let time: Int64
        /// By how many seconds the clock was set, if it was.
        let step: Double?
        /// The time before which samples are pruned, or nil for none.
        let cutoff: Int64?
    }

    /// - Parameter newest: Of the history that there is.
    init(newest: Int64?) {
        last = newest.map(HistoryRange.clamped)
        trusted = last
    }

    /// The stamp of a tick; nil where there is no time of day.
    mutating func stamp(
        wall: Double,
        elapsed: Duration,
        interval: Duration,
        retention: Duration
    ) -> Stamp? {
        guard let now = Int64(exactly: wall.rounded(.down)), now == HistoryRange.clamped(now) else { return nil }
        let drift = previous.map { wall - $0.wall - elapsed.since($0.elapsed).inSeconds }
        previous = (wall, elapsed)
        let step = drift.flatMap { abs($0) > Self.tolerance ? $0 : nil }

        let before = last
        var time = now
        if let last, time <= last, last - time <= Self.standstill { time = last + 1 }
        last = time
        return Stamp(
            time: time,
            step: step,
            cutoff: cutoff(now, step, before, elapsed, Self.seconds(interval), Self.seconds(retention))
        )
    }

    private mutating func cutoff(
        _ now: Int64,
        _ step: Double?,
        _ before: Int64?,
        _ elapsed: Duration,
        _ interval: Int64,
        _ retention: Int64
    ) -> Int64? {
        // At the first tick there is no drift, only what the history ends with: a program that was off for long and a
        // clock that is wrong look alike.
        let jumped = step.map { $0 > Double(Self.jump) } ?? (trusted.map { now - $0 > Self.jump } ?? false)
        if jumped, step != nil || holdsUntil == .zero {
            holdsUntil = elapsed.adding(Self.hold)
            if let before, gaps.count < Self.maxGaps { gaps.append((before, now)) }
        }
        guard elapsed >= holdsUntil else { return nil }
        let base = trusted ?? now
        var limit = base + Self.maxIntervals * interval
        while let gap = gaps.first, base - retention > gap.from {
            // All from before it is gone, and in it there is nothing to be careful of.
            limit = max(limit, gap.to)
            gaps.removeFirst()
        }
        trusted = min(now, limit)
        return (trusted ?? now) - retention
    }

    private static func seconds(_ duration: Duration) -> Int64 {
        (duration.wholeNanoseconds ?? .max) / 1_000_000_000
    }
}
