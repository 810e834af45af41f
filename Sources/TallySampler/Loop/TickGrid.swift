internal import Tally

/// When ticks are due: at fixed distances, whatever each of them takes.
struct TickGrid {
    private(set) var due: Duration
    private let first: Duration
    private var lastTick: Duration?

    static let firstDelay = Duration.seconds(3)

    init(start: Duration) {
        first = start.adding(Self.firstDelay)
        due = first
    }

    /// A tick that was due is over. Returns how many were missed meanwhile: they are not made up for.
    mutating func ticked(every interval: Duration, now: Duration) -> Int {
        lastTick = due
        let late = now.since(due).attoseconds
        let step = interval.attoseconds
        guard step > 0, late >= 0 else {
            due = now.adding(interval)
            return 0
        }
        let passed = late / step
        // Those that were missed count as ticks, so that looking at the settings meanwhile makes none.
        let last = Duration(attoseconds: due.attoseconds + passed * step)
        lastTick = last
        due = last.adding(interval)
        return Int(clamping: passed)
    }

    /// Nothing is to be done but to look at the settings again.
    mutating func poll(after delay: Duration, now: Duration) {
        due = now.adding(delay)
    }

    /// The settings were looked at before their time, and may have changed.
    mutating func apply(_ plan: SamplingPlan, now: Duration) {
        switch plan {
        case .unknown: poll(after: SamplingPlan.unknownPoll, now: now)
        case .off: poll(after: SamplingPlan.offPoll, now: now)
        case .on(let interval, _): due = max(now, lastTick?.adding(interval) ?? first)
        }
    }
}
