/// An asynchronous collector, its last answer, and the scrapes that wait for its next one. At most one run is in
/// progress, and it belongs to none of the waiting scrapes.
final class AsyncCollection: Sendable {
    private struct State {
        /// The time and the answer of the last run. The answer is nil if the run failed.
        var last: (at: Duration, answer: CollectedAnswer?)?
        var isRunning = false
        var waits: [UInt64: @Sendable (Bool) -> Void] = [:]
        var number: UInt64 = 0
    }

    private let context: RegistryContext
    private let collect: @Sendable () async -> CollectedAnswer?
    private let state = Locked(State())

    /// The age beyond which an answer is too old to expose.
    static let maxAge = Duration.seconds(60)

    /// - Parameter collect: Returns nil if it fails.
    init(context: RegistryContext, collect: @escaping @Sendable () async -> CollectedAnswer?) {
        self.context = context
        self.collect = collect
    }

    enum Latest {
        case answer(CollectedAnswer)
        /// The last run failed. The failure was counted when it happened.
        case failure
        /// No scrape has called the collector within the last minute, or ever.
        case none
    }

    /// The answer for an exposition.
    var latest: Latest {
        let now = context.now()
        return state.withLock { state in
            guard let last = state.last, now.since(last.at) <= Self.maxAge else { return .none }
            return last.answer.map { .answer($0) } ?? .failure
        }
    }

    /// Starts a run, or joins the one in progress.
    ///
    /// - Parameter done: Called once, under no lock, with true if there is an answer. Not called after ``giveUp(_:)``.
    /// - Returns: The number of the wait, or nil if the collector would wait for itself, directly or through another.
    func begin(_ done: @escaping @Sendable (Bool) -> Void) -> UInt64? {
        guard !ReentryGuard.isInside(self) else { return nil }
        let isInside = ReentryGuard.isInside(anyOf: AsyncCollection.self)
        let (number, isFirst) = state.withLock { state -> (UInt64?, Bool) in
            // Two collectors that call each other would deadlock.
            if isInside, state.isRunning { return (nil, false) }
            state.number += 1
            state.waits[state.number] = done
            defer { state.isRunning = true }
            return (state.number, !state.isRunning)
        }
        // An unstructured task, because its answer belongs to all waiting scrapes, even if the first one leaves.
        if isFirst { Task { await run() } }
        return number
    }

    /// Abandons a wait. Returns false if it was already over. The run continues and the last answer stays, so that a
    /// scraper that disconnects or times out does not take the answer from others.
    func giveUp(_ number: UInt64) -> Bool { state.withLock { $0.waits.removeValue(forKey: number) != nil } }

    private func run() async {
        let call = ReentryGuard(of: self)
        let answer = await call.run { await collect() }
        call.end()
        let now = context.now()
        let waits = state.withLock { [answer] state in
            state.last = (now, answer)
            state.isRunning = false
            defer { state.waits = [:] }
            return state.waits
        }
        for done in waits.values { done(answer != nil) }
    }

    /// Waits for an answer. Returns false if the collector fails or does not answer in time.
    func ask(within limit: Duration?) async -> Bool {
        let answer = FirstAnswer<Bool>()
        guard let number = begin({ answer.give($0) }) else { return false }
        let leave: @Sendable () -> Void = { [self] in
            if giveUp(number) { answer.give(false) }
        }
        let timer = limit.map { context.clock.alarm(after: $0, leave) }
        defer { timer?.cancel() }
        return await answer.wait(onCancel: leave)
    }
}
