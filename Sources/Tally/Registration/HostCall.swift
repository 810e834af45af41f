/// A closure of the application that scrapes call for a value. It may block, hang, or itself request a scrape.
///
/// At most one call runs at a time: scrapes that arrive while it runs share its answer. A scrape that runs out of time
/// abandons the call's thread, so at most one thread per closure can hang. Once a run has outlasted every caller's
/// timeout, new callers are refused until it returns. A reader that is no scrape, such as the status page, never
/// shortens that time, and leaves a closure alone that is too slow for it.
final class HostCall<Answer: Sendable>: Sendable {
    private struct Run {
        let start: Duration
        var patience: Duration
        /// Each monitor receives the answer once there is one. An inner nil is a failure.
        var waits: [Monitor<Answer??>]
    }

    private enum Role {
        case first
        case joined
        case refused
    }

    private struct State {
        var run: Run?
        var last: (end: Duration, length: Duration) = (.zero, .zero)
    }

    private let body: @Sendable () -> Answer?
    private let state = Locked(State())

    /// - Parameter body: Returns nil if it fails.
    init(_ body: @escaping @Sendable () -> Answer?) {
        self.body = body
    }

    /// Calls the closure, or joins its run. Returns nil if it fails or does not answer in time.
    ///
    /// - Parameters:
    ///   - limit: The maximum time to wait, by default 10 seconds. At zero or less, the closure is not called. Without
    ///     a real-time clock, nothing waits: the closure runs on the caller's thread, and a second caller is refused.
    ///   - isScrape: False for a reader that must not cost scrapes an answer.
    func answer(
        on thread: CallThread,
        within limit: Duration?,
        isScrape: Bool,
        _ context: RegistryContext
    ) -> Answer? {
        let patience = limit ?? .seconds(10)
        guard patience > .zero else { return nil }
        let wait = Monitor<Answer??>(nil)
        let start = context.now()
        // One scraper's short timeout must not make the closure appear to hang for others.
        let shared = max(patience, .seconds(isScrape ? 1 : 10))
        let role = state.withLock { state -> Role in
            guard var current = state.run else {
                let (end, length) = state.last
                if !isScrape, length > patience, start.since(end) / 10 < length { return .refused }
                state.run = Run(start: start, patience: shared, waits: [wait])
                return .first
            }
            guard context.isRealTime, start.since(current.start) < current.patience else { return .refused }
            current.patience = max(current.patience, shared)
            current.waits.append(wait)
            state.run = current
            return .joined
        }
        switch role {
        case .refused: return nil
        case .joined: break
        case .first where context.isRealTime:
            if !thread.run({ [self] in finish(body(), context) }) { finish(nil, context) }
        case .first: finish(body(), context)
        }
        let answer: Answer?? = wait.next { answer, _ in
            if let answer { return .take(answer) }
            let left = patience.since(context.now().since(start))
            return left > .zero ? .wait(atMost: left) : .end
        }
        guard let answer else {
            thread.leaveBehind()
            return nil
        }
        return answer
    }

    private func finish(_ answer: Answer?, _ context: RegistryContext) {
        let end = context.now()
        let over = state.withLock { state in
            if let run = state.run { state.last = (end, end.since(run.start)) }
            return state.run.take()
        }
        for wait in over?.waits ?? [] { wait.change { $0 = .some(answer) } }
    }
}

/// The thread on which one scrape runs the host's closures, one after another. Used by the scraping thread only.
final class CallThread {
    private struct State {
        var job: (@Sendable () -> Void)?
        var isOver = false
    }

    private let around: @Sendable (@Sendable () -> Void) -> Void
    private var jobs: Monitor<State>?

    /// - Parameter around: Runs each closure with the task-local values that it should see.
    init(around: @escaping @Sendable (@Sendable () -> Void) -> Void) {
        self.around = around
    }

    deinit {
        leaveBehind()
    }

    /// Starts a closure. Returns false if the system has no thread for it. The previous closure must have ended.
    func run(_ job: @escaping @Sendable () -> Void) -> Bool {
        if let jobs {
            jobs.change { $0.job = job }
            return true
        }
        let jobs = Monitor(State(job: job))
        let hasStarted = WorkThread.start { [around] in
            while let job = jobs.next({ state, _ in Self.next(&state) }) { around(job) }
        }
        if hasStarted { self.jobs = jobs }
        return hasStarted
    }

    /// Makes the thread end after its current closure. The next closure gets a new thread.
    func leaveBehind() {
        jobs?.change { $0.isOver = true }
        jobs = nil
    }

    private static func next(_ state: inout State) -> Monitor<State>.Step<@Sendable () -> Void> {
        if let job = state.job.take() { return .take(job) }
        return state.isOver ? .end : .wait(atMost: .seconds(3600))
    }
}
