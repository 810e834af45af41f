internal import Tally

/// The current failure of a store, the counts of earlier ones, and the time of the next attempt.
struct FailureLog: Sendable {
    typealias Failure = HistoryStatus.Failure

    private(set) var current: Failure?
    private(set) var counts: [Failure: Int] = [:]
    private var delay: Duration = .zero
    private var retryAt: Duration = .zero

    static let firstDelay = Duration.seconds(5)
    static let longestDelay = Duration.seconds(60)

    /// The store cannot do what it should. A lock may be gone at any moment; anything else is left alone for a while,
    /// which doubles each time.
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

    /// Something is wrong that the store can live with.
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
    /// - Parameter older: How many ticks waited before a lock kept any from being written: their room comes on top.
    func backlogLimit(besides older: Int) -> (ticks: Int, samples: Int) {
        let (ticks, isTooMany) = older.addingReportingOverflow(Self.maxTicksBehindLock)
        return (current == .busy && !isTooMany ? ticks : .max, Self.maxSamples)
    }

    static let maxTicksBehindLock = 20

    /// Some 7 MB; of 50 containers, four hours at an interval of 15 seconds.
    static let maxSamples = 50_000
}
