internal import Tally

/// A reading of CPU time, for comparison with a later one.
struct CPUReading: Equatable, Sendable {
    /// The total CPU time.
    let seconds: Double
    /// The start of the tick, by the sampler's clock. The age of the reading counts from here.
    let elapsed: Duration
    /// The time of the reading, by the source's clock. On an overloaded machine, seconds after the start of the tick.
    let time: Duration

    /// The CPU use between two readings, as a percentage of one core.
    ///
    /// `.none` if there is no earlier reading, if the total decreased, as after a restart, or if the earlier reading is
    /// more than five intervals old: a mean over an hour must not appear as the use of the last seconds.
    func share(since earlier: CPUReading?, tick: SourceTick, cpus: Int) -> CPUShare {
        guard let earlier, seconds >= earlier.seconds, !tick.isBeyondBaseline(earlier.elapsed) else { return .none }
        return CPUShare(used: seconds - earlier.seconds, during: time.since(earlier.time).inSeconds, cpus: cpus)
    }
}

/// The CPU use between two readings.
enum CPUShare: Equatable, Sendable {
    /// There is no comparable earlier reading.
    case none
    case percent(Double)
    /// More CPU time than all cores could provide.
    case implausible

    /// - Parameters:
    ///   - used: CPU time, in seconds.
    ///   - during: The elapsed time, in seconds.
    ///   - cpus: The number of cores. Up to 10 % more than all of them is accepted, because two clocks are compared.
    init(used: Double, during: Double, cpus: Int) {
        self.init(percent: used / during * 100, cpus: cpus, hasTimePassed: during > 0)
    }

    /// Validates a percentage that is already computed.
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
        let problem = "\(subject) reports more CPU time than there was; its cpu_percent is omitted"
        // One part for all, because each container of hundreds may be the first in its turn.
        return SourceError(.implausible, problem, part: "cpu_percent")
    }
}

extension SourceTick {
    /// True if a reading at that time is too old to be compared with one of this tick.
    func isBeyondBaseline(_ then: Duration) -> Bool {
        let (limit, overflow) = interval.attoseconds.multipliedReportingOverflow(by: 5)
        return !overflow && elapsed.since(then).attoseconds > limit
    }
}
