internal import Tally

/// The current failure of a store, the counts of all failures, and the time of the next attempt.
struct FailureLog: Sendable {
    typealias Failure = HistoryStatus.Failure

    private(set) var current: Failure?
    private(set) var counts: [Failure: Int] = [:]
    private var delay: Duration = .zero
    private var retryAt: Duration = .zero

    static let firstDelay = Duration.seconds(5)
    static let longestDelay = Duration.seconds(60)

    /// Records a failure. A lock may be retried at once, any other failure after a delay that doubles each time.
    mutating func begin(_ failure: Failure, at now: Duration) {
        if current != failure {
            note(failure)
            current = failure
            delay = .zero
        }
        guard failure != .busy else { return }
        delay = delay == .zero ? Self.firstDelay : min(delay * 2, Self.longestDelay)
        retryAt = now.adding(delay)
    }

    /// Counts a failure, without making it the current one.
    mutating func note(_ failure: Failure) {
        counts[failure, default: 0] += 1
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
