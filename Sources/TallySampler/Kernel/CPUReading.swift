internal import Tally

/// CPU time as it was read, and when: what a later one is compared with.
struct CPUReading: Equatable, Sendable {
    /// A total.
    let seconds: Double
    /// When the tick began that it was read for, by the sampler's clock: how old it is.
    let elapsed: Duration
    /// When it was read, by the source's clock: on a machine that has no time to spare, seconds after the tick began.
    let time: Duration

    /// The share of the time between two readings, 100 being one core.
    ///
    /// None without an earlier one, nor if the total fell, as after a restart, nor if it is more than five intervals
    /// old, since the mean over an hour would be shown as that of the last seconds.
    func share(since earlier: CPUReading?, tick: SourceTick, cpus: Int) -> CPUShare {
        guard let earlier, seconds >= earlier.seconds, !tick.isBeyondBaseline(earlier.elapsed) else { return .none }
        return CPUShare(used: seconds - earlier.seconds, during: time.since(earlier.time).inSeconds, cpus: cpus)
    }
}

/// The CPU use between two readings.
enum CPUShare: Equatable, Sendable {
    /// Nothing, as the first one.
    case none
    case percent(Double)
    /// More than there is.
    case implausible

    /// - Parameters:
    ///   - used: CPU time, in seconds.
    ///   - during: Time on the wall, in seconds.
    ///   - cpus: How many cores there are. A tenth more than all of them is let pass: two clocks are compared.
    init(used: Double, during: Double, cpus: Int) {
        self.init(percent: used / during * 100, cpus: cpus, hasTimePassed: during > 0)
    }

    /// A share that was worked out elsewhere.
    init(percent: Double, cpus: Int, hasTimePassed: Bool = true) {
        if !hasTimePassed || !(percent >= 0) {
            self = .none
        } else {
            self = percent <= Double(max(1, cpus)) * 110 ? .percent(percent) : .implausible
        }
    }

    var value: Double? {
        guard case .percent(let percent) = self else { return nil }
        return percent
    }

    static func error(of subject: String) -> SourceError {
        SourceError(.implausible, "\(subject) is said to have used more CPU time than there was")
    }
}

extension SourceTick {
    /// True if a reading at that time is too old to be compared with one of this tick.
    func isBeyondBaseline(_ then: Duration) -> Bool {
        let (limit, overflow) = interval.attoseconds.multipliedReportingOverflow(by: 5)
        return !overflow && elapsed.since(then).attoseconds > limit
    }
}
