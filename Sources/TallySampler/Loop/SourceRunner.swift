internal import Tally

/// Reads one source and its targets. Never waits beyond their deadlines, even if they ignore cancellation.
final class SourceRunner: Sendable {
    private let source: SampleSource
    private let clock: ElapsedClock
    private let closed: @Sendable (SourceRound) -> Void
    private let state = Locked(SourceState())
    /// The tasks of each running call: the call, and its deadline if it has one.
    private let tasks = Locked<[SourceState.Call: [Task<Void, Never>]]>([:])
    private let deadline = Locked<Task<Void, Never>?>(nil)

    /// - Parameter closed: Called at the end of each round.
    init(_ source: SampleSource, _ clock: ElapsedClock, closed: @escaping @Sendable (SourceRound) -> Void) {
        self.source = source
        self.clock = clock
        self.closed = closed
    }

    var isOpen: Bool { state.withLock { $0.isOpen } }
    /// The number of calls that have not returned.
    var outstanding: Int { state.withLock { $0.outstanding } }

    func begin(_ tick: SourceTick) {
        change(tick) { $0.begin() }
        let alarm = clock.alarm(at: tick.elapsed.adding(SourceState.roundTime)) { [self] in change { $0.expire() } }
        let last = deadline.withLock { deadline in
            defer { deadline = alarm }
            return deadline
        }
        last?.cancel()
        // The round may have ended before its deadline was stored.
        if !isOpen { alarm.cancel() }
    }

    func stopWaitingForSuspects() {
        change { $0.stopWaitingForSuspects() }
    }

    func cutShort() {
        change { $0.cutShort() }
    }

    private typealias Change = @Sendable (inout SourceState) -> [SourceState.Action]

    private func change(_ tick: SourceTick? = nil, _ body: Change) {
        for action in state.withLock({ body(&$0) }) {
            switch action {
            case .read: if let tick { read(tick) }
            case .ask(let target): ask(target)
            case .cancel(let call): cancel(call)
            case .close(let round):
                deadline.withLock { $0 }?.cancel()
                closed(round)
            }
        }
    }

    private func cancel(_ call: SourceState.Call) {
        for task in tasks.withLock({ $0.removeValue(forKey: call) }) ?? [] { task.cancel() }
    }

    private func read(_ tick: SourceTick) {
        run(.source, late: nil) { [source] in
            let result = await Self.result { try await source.read(tick) }
            return { $0.answered(result) }
        }
    }

    private func ask(_ target: SampleTarget) {
        let id = target.key
        let late: Change = { $0.timedOut(target: id) }
        run(.target(id), late: late) {
            let result = await Self.result { try await target.read() }
            return { $0.answered(target: id, result) }
        }
    }

    /// - Parameter late: The change at the call's deadline; nil if it has no deadline but the round's.
    private func run(_ call: SourceState.Call, late: Change?, _ work: @escaping @Sendable () async -> Change) {
        let deadline = late.map { late in
            clock.alarm(at: clock.now().adding(SourceState.targetTime)) { [self] in change(nil, late) }
        }
        let task = Task.detached { [self] in
            let answered = await work()
            deadline?.cancel()
            _ = tasks.withLock { $0.removeValue(forKey: call) }
            change(nil, answered)
        }
        tasks.withLock { $0[call] = [task] + (deadline.map { [$0] } ?? []) }
        // The call may have returned, or the round may have ended, before the tasks were stored.
        if !state.withLock({ $0.isAwaiting(call) }) { cancel(call) }
    }

    private static func result<Success: Sendable>(
        _ body: () async throws -> Success
    ) async -> Result<Success, SourceError> {
        do {
            return .success(try await body())
        } catch let error as SourceError {
            return .failure(error)
        } catch {
            return .failure(SourceError(.failed, "\(error)"))
        }
    }
}
