internal import Synchronization

/// An asynchronous collector with its last answer and the waits for its next one.
///
/// At most one run is in progress. It belongs to none of the waiting scrapes.
final class AsyncCollection: Sendable {
    private struct State {
        /// The time and answer of the last run, or nil as the answer after a failed run.
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
    /// - Parameter done: Called once, under no lock, with whether there is an answer; not called after ``giveUp(_:)``.
    /// - Returns: The number of the wait, or nil if the collector would wait for itself, directly or through another
    ///   collector.
    func begin(_ done: @escaping @Sendable (Bool) -> Void) -> UInt64? {
        let asking = Self.asking
        guard asking?.isUnderWay(for: self) != true else { return nil }
        let isInside = asking?.isUnderWay ?? false
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

    /// Abandons a wait, and returns false if it was already over. The run continues, and the last answer stays: a
    /// scraper that leaves or hurries must not take it from the others.
    func giveUp(_ number: UInt64) -> Bool { state.withLock { $0.waits.removeValue(forKey: number) != nil } }

    private func run() async {
        let asking = Asking(self, inside: Self.asking)
        let answer = await Self.$asking.withValue(asking) { await collect() }
        asking.end()
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
        let wait = Locked<Wait>(.expected)
        let end: @Sendable (Bool) -> Void = { hasAnswer in
            let waiting = wait.withLock { wait in
                defer { wait = .over(hasAnswer) }
                return wait
            }
            if case .waiting(let continuation) = waiting { continuation.resume(returning: hasAnswer) }
        }
        guard let number = begin(end) else { return false }
        let timer = limit.map { limit in
            Task { [context] in
                // Throws if cancelled because there is an answer.
                guard (try? await context.sleep(limit)) != nil else { return }
                if giveUp(number) { end(false) }
            }
        }
        defer { timer?.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let result = wait.withLock { wait -> Bool? in
                    if case .over(let result) = wait { return result }
                    wait = .waiting(continuation)
                    return nil
                }
                if let result { continuation.resume(returning: result) }
            }
        } onCancel: {
            if giveUp(number) { end(false) }
        }
    }

    private enum Wait {
        /// The task has not suspended yet.
        case expected
        case waiting(CheckedContinuation<Bool, Never>)
        case over(Bool)
    }

    // MARK: Recursion

    /// The collectors being called, up the stack of this task.
    @TaskLocal
    private static var asking: Asking?

    /// One call of a collector. Tasks started by the collector inherit it and may outlive it.
    private final class Asking: Sendable {
        private let collector: ObjectIdentifier
        private let outer: Asking?
        private let isOver = Atomic(false)

        init(_ collector: AsyncCollection, inside outer: Asking?) {
            self.collector = ObjectIdentifier(collector)
            self.outer = outer?.underWay
        }

        /// This call, or the innermost one around it that is not over, so that chains do not grow from run to run.
        private var underWay: Asking? { isUnderWay ? self : outer?.underWay }

        func end() { isOver.store(true, ordering: .relaxed) }

        var isUnderWay: Bool { !isOver.load(ordering: .relaxed) }

        func isUnderWay(for collector: AsyncCollection) -> Bool {
            if self.collector == ObjectIdentifier(collector), isUnderWay { return true }
            return outer?.isUnderWay(for: collector) ?? false
        }
    }
}
