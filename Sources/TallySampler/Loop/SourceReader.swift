internal import Tally

/// Reads the sources of a sampler, each in rounds of its own, so that a slow one does not delay the others.
final class SourceReader: Sendable {
    typealias Closed = (source: Int, round: SourceRound)

    private struct State {
        var open: Set<Int> = []
        var closed: [Closed] = []
        /// Answered once no round is open.
        var wait: FirstAnswer<Void>?
        var hasEnded = false
    }

    /// The time that a tick waits for its sources before it is written without the slow ones.
    static let patience = Duration.seconds(2)

    private let runners: [SourceRunner]
    private let clock: ElapsedClock
    private let rounds: Rounds

    /// The rounds that are open, and those that nobody has taken.
    private final class Rounds: Sendable {
        let state = Locked(State())
    }

    /// - Parameter closedLate: Called at the end of a round that no tick waits for.
    init(_ sources: [SampleSource], _ clock: ElapsedClock, closedLate: @escaping @Sendable () -> Void) {
        self.clock = clock
        let rounds = Rounds()
        self.rounds = rounds
        runners = sources.enumerated().map { index, source in
            SourceRunner(source, clock) { round in
                let wait = rounds.state.withLock { state in
                    state.open.remove(index)
                    state.closed.append((index, round))
                    return state.wait
                }
                guard let wait else { return closedLate() }
                if rounds.state.withLock({ $0.open.isEmpty }) { wait.give(()) }
            }
        }
    }

    /// The number of calls that have not returned.
    var outstanding: Int { runners.reduce(0) { $0 + $1.outstanding } }

    /// Begins a round of each source whose last round has ended, and waits until all have ended, or for `patience`.
    ///
    /// - Returns: The sources whose last round has not ended.
    func read(_ tick: SourceTick) async -> [Int] {
        let wait = FirstAnswer<Void>()
        let (begun, skipped) = rounds.state.withLock { state in
            let skipped = state.open.sorted()
            let begun = state.hasEnded ? [] : runners.indices.filter { !state.open.contains($0) }
            state.open.formUnion(begun)
            state.wait = wait
            return (begun, skipped)
        }
        for index in begun { runners[index].begin(tick) }
        // The sampler may have been stopped before the rounds began.
        if rounds.state.withLock({ $0.hasEnded }) { cutShort() }
        let isDone = rounds.state.withLock { $0.open.isEmpty }
        if !isDone {
            let alarm = clock.alarm(at: tick.elapsed.adding(Self.patience)) { wait.give(()) }
            await wait.wait()
            alarm.cancel()
            for index in rounds.state.withLock({ $0.open }).sorted() { runners[index].stopWaitingForSuspects() }
        }
        rounds.state.withLock { $0.wait = nil }
        return skipped
    }

    /// Removes and returns the rounds that have ended, in the order of the sources, and returns the sources that are
    /// still being read.
    func takeClosed() -> (closed: [Closed], pending: Set<Int>) {
        let (closed, pending) = rounds.state.withLock { state in
            defer { state.closed = [] }
            return (state.closed, state.open)
        }
        return (closed.sorted { $0.source < $1.source }, pending)
    }

    /// Ends all rounds now, with the answers so far.
    func cutShort() {
        for runner in runners { runner.cutShort() }
    }

    /// Ends all rounds now, and begins no more.
    func end() {
        rounds.state.withLock { $0.hasEnded = true }
        cutShort()
    }
}
