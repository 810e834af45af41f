internal import Tally

/// A call of the system that may take any time or never come back, such as `statvfs` on a network file system whose
/// server is gone: made on a thread of its own, and one at a time, so that however often it is asked for, one thread
/// hangs.
final class SingleCall<Value: Sendable>: Sendable {
    enum Outcome {
        case value(Value)
        /// It takes longer than one waits, or an earlier one does.
        case late
        /// An earlier one has not come back for five seconds or more.
        case stuck
        /// The one that waits was cancelled.
        case cancelled
        /// There is no thread to be had.
        case noThread

        /// The result of the call; otherwise nil, with an error appended.
        func value(of what: String, _ errors: inout [SourceError]) throws -> Value? {
            switch self {
            case .value(let value): return value
            case .late: errors.append(SourceError(.timeout, "\(what) does not answer"))
            case .stuck: errors.append(SourceError(.stuck, "\(what) has not answered for five seconds or more"))
            case .noThread: errors.append(SourceError(.failed, "no thread to ask \(what) on"))
            case .cancelled: throw CancellationError()
            }
            return nil
        }
    }

    /// The time of the call in progress.
    private let started = Locked<Duration?>(nil)
    private let call: @Sendable () -> Value
    private let clock: ElapsedClock
    private let patience: Duration

    /// - Parameter patience: The longest to wait for a call.
    init(clock: any Clock<Duration>, patience: Duration, _ call: @escaping @Sendable () -> Value) {
        self.clock = ElapsedClock(clock)
        self.patience = patience
        self.call = call
    }

    /// Makes the call, unless an earlier one is in progress.
    ///
    /// - Parameter elapsed: The time by the sampler's clock.
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
