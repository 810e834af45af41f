internal import Synchronization

/// An asynchronous collector: what it said last, and those who wait for what it is about to say.
///
/// One run is under way at most, and belongs to none of those who wait.
final class AsyncCollection: Sendable {
    typealias Answer = RegisteredCollector.Answer

    private struct State {
        /// When the last run ended, or the last wait was given up, and what it came to.
        var last: (at: Duration, answer: Answer?)?
        var isRunning = false
        var waits: [UInt64: @Sendable (Bool) -> Void] = [:]
        var number: UInt64 = 0
    }

    private let context: RegistryContext
    private let collect: @Sendable () async -> Answer?
    private let state = Locked(State())

    /// How long an answer is exposed. What is older says nothing of now.
    static let maxAge = Duration.seconds(60)

    /// - Parameter collect: Returns nil if it fails.
    init(context: RegistryContext, collect: @escaping @Sendable () async -> Answer?) {
        self.context = context
        self.collect = collect
    }

    enum Latest {
        case answer(Answer)
        /// The last run failed, or came too late, which was counted then.
        case failure
        /// Nobody has asked for a minute, or ever.
        case none
    }

    /// What an exposition shows.
    var latest: Latest {
        let now = context.now()
        return state.withLock { state in
            guard let last = state.last, now.since(last.at) <= Self.maxAge else { return .none }
            return last.answer.map { .answer($0) } ?? .failure
        }
    }

    /// Starts a run, or joins the one under way.
    ///
    /// - Parameter done: Told once whether there is an answer, unless ``giveUp(_:)`` comes before. Under no lock.
    /// - Returns: The number of the wait; nil if the collector would wait for itself, or for one that waits for it.
    func begin(_ done: @escaping @Sendable (Bool) -> Void) -> UInt64? {
        let asking = Self.asking
        guard asking?.isUnderWay(for: self) != true else { return nil }
        let isInside = asking?.isUnderWay ?? false
        let (number, isFirst) = state.withLock { state -> (UInt64?, Bool) in
            // Two that ask for each other would wait without end.
            if isInside, state.isRunning { return (nil, false) }
            state.number += 1
            state.waits[state.number] = done
            defer { state.isRunning = true }
            return (state.number, !state.isRunning)
        }
        // A task of its own: its answer is for all who wait, whoever of them is gone by then.
        if isFirst { Task { await run() } }
        return number
    }

    /// Ends a wait that is not over, and returns whether it was not. The run continues.
    ///
    /// - Parameter isLate: True if a scrape continues without the answer, to which an older one is none either.
    func giveUp(_ number: UInt64, isLate: Bool) -> Bool {
        let now = context.now()
        return state.withLock { state in
            guard state.waits.removeValue(forKey: number) != nil else { return false }
            if isLate { state.last = (now, nil) }
            return true
        }
    }

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

    /// Waits for an answer. False if the collector fails, or does not answer in time.
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
                // Cancelled when there is an answer.
                guard (try? await context.sleep(limit)) != nil else { return }
                if giveUp(number, isLate: true) { end(false) }
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
            // Nobody is left to show it to, but another scrape may be about to.
            if giveUp(number, isLate: false) { end(false) }
        }
    }

    private enum Wait {
        /// The task has not suspended yet.
        case expected
        case waiting(CheckedContinuation<Bool, Never>)
        case over(Bool)
    }

    // MARK: Recursion

    /// The collectors that are being asked, up the stack of this task.
    @TaskLocal
    private static var asking: Asking?

    /// One collector being asked. A task that it starts inherits this, and may outlive it.
    private final class Asking: Sendable {
        private let collector: ObjectIdentifier
        private let outer: Asking?
        private let isOver = Atomic(false)

        init(_ collector: AsyncCollection, inside outer: Asking?) {
            self.collector = ObjectIdentifier(collector)
            self.outer = outer
        }

        func end() {
            isOver.store(true, ordering: .relaxed)
        }

        var isUnderWay: Bool { !isOver.load(ordering: .relaxed) }

        func isUnderWay(for collector: AsyncCollection) -> Bool {
            if self.collector == ObjectIdentifier(collector), isUnderWay { return true }
            return outer?.isUnderWay(for: collector) ?? false
        }
    }
}
