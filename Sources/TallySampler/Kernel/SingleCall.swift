internal import Tally

/// A call of the system that may take any time or never come back, such as `statvfs` on a network file system whose server
/// is gone: made on a thread of its own, and one at a time, so that however often it is asked for, one thread hangs.
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

        /// What came back; else nil, and why.
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

    private struct State {
        /// When the call was made that has not come back.
        var started: Duration?
        /// Tells waits apart, since the timer of one may come during the next.
        var number: UInt64 = 0
        var waiter: CheckedContinuation<Outcome, Never>?

        mutating func takeWaiter(_ number: UInt64) -> CheckedContinuation<Outcome, Never>? {
            guard self.number == number else { return nil }
            defer { waiter = nil }
            return waiter
        }
    }

    private let state = Locked(State())
    private let call: @Sendable () -> Value
    private let clock: any Clock<Duration>
    private let patience: Duration

    /// - Parameters:
    ///   - patience: How long one waits for it at each tick.
    init(clock: any Clock<Duration>, patience: Duration, _ call: @escaping @Sendable () -> Value) {
        self.clock = clock
        self.patience = patience
        self.call = call
    }

    /// Makes the call, unless one is still to come back.
    ///
    /// - Parameter elapsed: What time it is by the sampler's clock.
    func outcome(at elapsed: Duration) async -> Outcome {
        let number: UInt64? = state.withLock { state in
            guard state.started == nil else { return nil }
            state.started = elapsed
            state.number &+= 1
            return state.number
        }
        guard let number else {
            let started = state.withLock { $0.started } ?? elapsed
            return elapsed.since(started) >= .seconds(5) ? .stuck : .late
        }
        var timer: Task<Void, Never>?
        defer { timer?.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { $0.waiter = continuation }
                // Not before: one that fires first has nobody to tell, and does not fire again.
                timer = Task { [clock, patience, weak self] in
                    guard (try? await clock.sleep(for: patience)) != nil else { return }
                    self?.leave(number, .late)
                }
                if !WorkThread.start({ [self] in finish(number, call()) }) {
                    state.withLock { $0.started = nil }
                    leave(number, .noThread)
                }
                // The handler may have come before there was anybody to tell.
                if Task.isCancelled { leave(number, .cancelled) }
            }
        } onCancel: {
            leave(number, .cancelled)
        }
    }

    private func finish(_ number: UInt64, _ value: Value) {
        let waiter = state.withLock { state in
            state.started = nil
            return state.takeWaiter(number)
        }
        waiter?.resume(returning: .value(value))
    }

    private func leave(_ number: UInt64, _ outcome: Outcome) {
        state.withLock { $0.takeWaiter(number) }?.resume(returning: outcome)
    }
}
