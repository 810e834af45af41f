internal import Tally

/// Runs tasks on a thread of its own, one piece after the other, so that one that blocks stops nothing else.
///
/// What a provider runs on unless it is told otherwise, each on its own. Several may share one, and then wait for each
/// other:
///
/// ```swift
/// let files = ThreadExecutor()
/// SnapshotProvider("spool", keys: ["spooled"], executor: files) { ["spooled": .integer(try countFiles())] }
/// ```
///
/// The thread is made when there is work, and ends when there has been none for ten seconds. If the system has no
/// thread to give, the work runs on the runtime's pool.
public final class ThreadExecutor: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isRunning = false
    }

    private let monitor = Monitor(State())

    /// An executor without a thread as yet.
    public init() {}

    /// Called by the runtime. Takes a lock for as long as it takes to append the job.
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
