internal import Tally

/// The times when ticks are due: on a fixed grid, however long each tick takes.
struct TickGrid {
    private(set) var due: Duration
    private let first: Duration
    private var lastTick: Duration?

    static let firstDelay = Duration.seconds(3)

    init(start: Duration) {
        first = start.adding(Self.firstDelay)
        due = first
    }

    /// Advances past a tick that has ended. Returns the number of ticks that were due meanwhile, which are skipped.
    mutating func ticked(every interval: Duration, now: Duration) -> Int {
        lastTick = due
        let late = now.since(due).attoseconds
        let step = interval.attoseconds
        guard step > 0, late >= 0 else {
            due = now.adding(interval)
            return 0
        }
        let passed = late / step
        // `lastTick` includes skipped ticks, so that settings read before the next tick do not start one early.
        let last = Duration(attoseconds: due.attoseconds + passed * step)
        lastTick = last
        due = last.adding(interval)
        return Int(clamping: passed)
    }

    /// Schedules only the next reading of the settings.
    mutating func poll(after delay: Duration, now: Duration) {
        due = now.adding(delay)
    }

    /// Applies settings that were read between ticks.
    mutating func apply(_ plan: SamplingPlan, now: Duration) {
        switch plan {
        case .unknown: poll(after: SamplingPlan.unknownPoll, now: now)
        case .off: poll(after: SamplingPlan.offPoll, now: now)
        case .on(let interval, _): due = max(now, lastTick?.adding(interval) ?? first)
        }
    }
}
