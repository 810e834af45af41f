internal import Tally

/// The wall-clock times of ticks and the cutoff for pruning, robust to changes of the clock.
struct TickTimes {
    /// The time of the last tick, in seconds since the Unix epoch.
    private(set) var last: Int64?
    private var previous: (wall: Double, elapsed: Duration)?
    /// The time from which the cutoff is computed. It follows the clock, in limited steps.
    private var trusted: Int64?
    private var holdsUntil: Duration = .zero
    /// Periods without samples, oldest first: the clock jumped over them, or the program was not running.
    private var gaps: [(from: Int64, to: Int64)] = []

    /// The deviation from the sampler's clock, in seconds, beyond which the wall clock counts as set.
    static let tolerance = 2.0
    /// If the clock goes back by at most this many seconds, ticks are dated one second apart until it catches up.
    static let standstill: Int64 = 3600
    /// After a jump forward by more than this many seconds, nothing is pruned for `hold`: the clock may be set back.
    static let jump: Int64 = 300
    static let hold = Duration.seconds(600)
    /// The maximum number of gaps that are remembered. If the clock jumps more often, the cutoff follows it slowly.
    static let maxGaps = 16
    /// The maximum advance of the cutoff in a tick, in intervals.
    static let maxIntervals: Int64 = 10

    struct Stamp: Equatable {
        let time: Int64
        /// The number of seconds by which the clock was set, or nil.
        let step: Double?
        /// The time before which samples are pruned, or nil for none.
        let cutoff: Int64?
    }

    /// - Parameter newest: The time of the newest tick in the history.
    init(newest: Int64?) {
        last = newest.map(HistoryRange.clamped)
        trusted = last
    }

    /// The stamp of a tick; nil if the wall-clock time is not usable.
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

    /// The time of samples that were read for the last tick, and arrived after it was written: one second later.
    mutating func next() -> Int64? {
        last = last.map { HistoryRange.clamped($0 + 1) }
        return last
    }

    private mutating func cutoff(
        _ now: Int64,
        _ step: Double?,
        _ before: Int64?,
        _ elapsed: Duration,
        _ interval: Int64,
        _ retention: Int64
    ) -> Int64? {
        // The first tick has no drift, only the end of the history: a long downtime and a wrong clock look alike.
        let jumped = step.map { $0 > Double(Self.jump) } ?? (trusted.map { now - $0 > Self.jump } ?? false)
        if jumped, step != nil || holdsUntil == .zero {
            holdsUntil = elapsed.adding(Self.hold)
            if let before, gaps.count < Self.maxGaps { gaps.append((before, now)) }
        }
        guard elapsed >= holdsUntil else { return nil }
        let base = trusted ?? now
        var limit = base + Self.maxIntervals * interval
        while let gap = gaps.first, base - retention > gap.from {
            // Everything before the gap is pruned, and the gap itself is empty.
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
