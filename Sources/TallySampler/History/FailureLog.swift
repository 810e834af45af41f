internal import Tally

/// The current failure of a store, the counts and causes of all failures, and the time of the next attempt.
struct FailureLog: Sendable {
    typealias Failure = HistoryStatus.Failure

    private(set) var current: Failure?
    private(set) var counts: [Failure: Int] = [:]
    /// The last cause of each failure.
    private(set) var causes: [Failure: String] = [:]
    /// The ends of conditions that are not failures of the whole file.
    private var conditions: [Failure: Duration] = [:]
    private var delay: Duration = .zero
    private var retryAt: Duration = .zero

    static let firstDelay = Duration.seconds(5)
    static let longestDelay = Duration.seconds(60)

    /// Records a failure. A lock may be retried at once, any other failure after a delay that doubles each time.
    mutating func begin(_ failure: Failure, _ cause: String, at now: Duration) {
        if current != failure {
            note(failure, cause)
            current = failure
            delay = .zero
        }
        guard failure != .busy else { return }
        delay = delay == .zero ? Self.firstDelay : min(delay * 2, Self.longestDelay)
        retryAt = now.adding(delay)
    }

    /// Counts a failure, without making it the current one.
    mutating func note(_ failure: Failure, _ cause: String) {
        counts[failure, default: 0] += 1
        causes[failure] = cause
    }

    /// Records a condition that lasts until it has not been observed for a time. It does not prevent writing.
    mutating func observe(_ condition: Failure, _ cause: String, at now: Duration, for duration: Duration) {
        if self.condition(condition, at: now) == nil { note(condition, cause) }
        conditions[condition] = now.adding(duration)
    }

    /// A condition that lasts, or nil.
    func condition(at now: Duration) -> Failure? {
        [Failure.shared, .sizeLimit].lazy.compactMap { condition($0, at: now) }.first
    }

    private func condition(_ condition: Failure, at now: Duration) -> Failure? {
        conditions[condition].flatMap { now < $0 ? condition : nil }
    }

    mutating func end() {
        current = nil
        delay = .zero
    }

    func mayTry(at now: Duration) -> Bool {
        current == nil || current == .busy || now >= retryAt
    }

    /// The maximum numbers of ticks and samples that wait for the failure to end.
    ///
    /// - Parameter older: The number of ticks that waited before the lock. They do not count towards its limit.
    func backlogLimit(besides older: Int) -> (ticks: Int, samples: Int) {
        let (ticks, isTooMany) = older.addingReportingOverflow(Self.maxTicksBehindLock)
        return (current == .busy && !isTooMany ? ticks : .max, Self.maxSamples)
    }

    static let maxTicksBehindLock = 20

    /// About 7 MB, or four hours of 50 containers at an interval of 15 seconds.
    static let maxSamples = 50_000
}
