#if SQLite
internal import Dispatch

/// Runs an actor's jobs on a serial queue of its own, which has a thread while there is work: a call that blocks there
/// holds none of the runtime's few.
final class BlockingQueue: SerialExecutor {
    private let queue: DispatchQueue

    init(_ label: String) {
        queue = DispatchQueue(label: label)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
#endif
