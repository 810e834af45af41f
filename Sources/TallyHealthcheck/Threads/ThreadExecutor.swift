internal import Tally

/// Runs tasks on a thread of its own, one job after another, so that a task that blocks delays nothing else.
///
/// By default, each provider has its own executor. Providers that share an executor wait for each other:
///
/// ```swift
/// let files = ThreadExecutor()
/// let spool = SnapshotProvider("spool", keys: ["spooled"], executor: files) {
///     ["spooled": .integer(try countFiles())]
/// }
/// ```
///
/// The thread starts when there is work, and ends after ten seconds without any. If the system has no thread available,
/// the work runs on the runtime's pool.
public final class ThreadExecutor: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isRunning = false
    }

    private let monitor = Monitor(State())

    /// Creates an executor, without starting a thread.
    public init() {}

    /// Called by the runtime. Takes a lock only to append the job.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let mustStart = monitor.change { state in
            state.jobs.append(job)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if mustStart, !WorkThread.start({ [self] in work() }) { runOnPool() }
    }

    private func work() {
        while let jobs = monitor.next({ Self.next(&$0, hasTimedOut: $1) }) {
            for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }

    private static func next(_ state: inout State, hasTimedOut: Bool) -> Monitor<State>.Step<[UnownedJob]> {
        guard state.jobs.isEmpty else {
            defer { state.jobs = [] }
            return .take(state.jobs)
        }
        state.isRunning = !hasTimedOut
        return hasTimedOut ? .end : .wait(atMost: WorkThread.idleTime)
    }

    private func runOnPool() {
        let jobs = monitor.change { state in
            state.isRunning = false
            defer { state.jobs = [] }
            return state.jobs
        }
        for job in jobs { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }
    }
}
