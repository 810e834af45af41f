#if SQLite
internal import Dispatch

/// Runs an actor's jobs on a serial dispatch queue, so that blocking calls hold no thread of the concurrency pool.
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
