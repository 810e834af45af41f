internal import Tally

/// A system call that may hang, such as `statvfs` on a network file system whose server is gone. Each call runs on a
/// thread of its own, and only one at a time, so that at most one thread hangs.
final class SingleCall<Value: Sendable>: Sendable {
    enum Outcome {
        case value(Value)
        /// The call did not return in time, or an earlier one is still in progress.
        case late
        /// An earlier call has been in progress for five seconds or more.
        case stuck
        /// The waiting task was cancelled.
        case cancelled
        /// The system has no thread available.
        case noThread

        /// The result of the call. Otherwise appends an error and returns nil, or throws if cancelled.
        func value(of what: String, _ errors: inout [SourceError]) throws -> Value? {
            switch self {
            case .value(let value): return value
            case .late: errors.append(SingleCall.late(what))
            case .stuck: errors.append(SingleCall.stuck(what))
            case .noThread: errors.append(SingleCall.noThread(what))
            case .cancelled: throw CancellationError()
            }
            return nil
        }
    }

    static func late(_ what: String) -> SourceError {
        SourceError(.timeout, "reading \(what) timed out; the next tick tries again")
    }

    static func stuck(_ what: String) -> SourceError {
        SourceError(.stuck, "reading \(what) has hung for five seconds or more; check the file system behind it")
    }

    static func noThread(_ what: String) -> SourceError {
        SourceError(.failed, "the system has no thread available to read \(what); raise its limit on threads")
    }

    /// The start of the call in progress, by the sampler's clock.
    private let started = Locked<Duration?>(nil)
    private let call: @Sendable () -> Value
    private let clock: ElapsedClock
    private let patience: Duration

    /// - Parameter patience: The maximum time to wait for a call.
    init(clock: any Clock<Duration>, patience: Duration, _ call: @escaping @Sendable () -> Value) {
        self.clock = ElapsedClock(clock)
        self.patience = patience
        self.call = call
    }

    /// Makes the call, unless an earlier one is in progress. `elapsed` is the time by the sampler's clock.
    func outcome(at elapsed: Duration) async -> Outcome {
        let earlier = started.withLock { started in
            let earlier = started
            started = earlier ?? elapsed
            return earlier
        }
        if let earlier { return elapsed.since(earlier) >= .seconds(5) ? .stuck : .late }
        let answer = FirstAnswer<Outcome>()
        let timer = clock.alarm(after: patience) { answer.give(.late) }
        defer { timer.cancel() }
        let hasStarted = WorkThread.start { [self] in
            let value = call()
            started.withLock { $0 = nil }
            answer.give(.value(value))
        }
        if !hasStarted {
            started.withLock { $0 = nil }
            answer.give(.noThread)
        }
        return await answer.wait { answer.give(.cancelled) }
    }
}
