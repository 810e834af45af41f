internal import Tally

/// Reads the sources and targets of one tick. Never waits beyond their deadlines, even if they ignore cancellation.
final class TickRun: Sendable {
    /// The calls of all ticks that have not returned. A call is not repeated until it returns.
    final class Outstanding: Sendable {
        private let jobs = Locked<Set<TickState.Job>>([])

        func begin(_ job: TickState.Job) -> Bool { jobs.withLock { $0.insert(job).inserted } }
        func end(_ job: TickState.Job) { jobs.withLock { _ = $0.remove(job) } }
        var count: Int { jobs.withLock { $0.count } }

        private let timedOut = Locked<Set<TickState.Job>>([])

        /// The jobs that timed out in the last tick, which come last in the next.
        var lateJobs: Set<TickState.Job> { timedOut.withLock(\.self) }
        func setLate(_ late: Set<TickState.Job>) { timedOut.withLock { $0 = late } }
    }

    private let sources: [SampleSource]
    private let tick: SourceTick
    private let clock: ElapsedClock
    private let outstanding: Outstanding
    private let state: Locked<TickState>
    /// The tasks of each running job: its call, and its deadline if it has one.
    private let tasks = Locked<[TickState.Job: [Task<Void, Never>]]>([:])
    private let answer = FirstAnswer<TickState>()

    init(_ sources: [SampleSource], _ tick: SourceTick, _ clock: ElapsedClock, _ outstanding: Outstanding) {
        self.sources = sources
        self.tick = tick
        self.clock = clock
        self.outstanding = outstanding
        state = Locked(TickState(sources: sources.count, late: outstanding.lateJobs))
    }

    /// Waits for the answers until the deadlines. Call it once.
    func collectSamples() async -> TickState {
        let deadline = clock.alarm(at: clock.now().adding(TickState.wholeTime)) { [self] in
            change { $0.end(cutShort: false) }
        }
        change { $0.begin() }
        let outcome = await answer.wait()
        deadline.cancel()
        return outcome
    }

    /// Ends the tick now, with the answers so far.
    func cutShort() {
        change { $0.end(cutShort: true) }
    }

    private typealias Change = @Sendable (inout TickState) -> [TickState.Action]

    private func change(_ body: Change) {
        var actions = state.withLock { body(&$0) }
        // No recursion, because each of thousands of stuck targets may start the next.
        var index = 0
        while index < actions.count {
            actions += perform(actions[index])
            index += 1
        }
    }

    private func perform(_ action: TickState.Action) -> [TickState.Action] {
        switch action {
        case .read(let source): return read(source)
        case .ask(let target, let source): return ask(target, source)
        case .cancel(let job): cancel(job)
        case .end: answer.give(state.withLock { $0 })
        }
        return []
    }

    private func cancel(_ job: TickState.Job) {
        for task in tasks.withLock({ $0.removeValue(forKey: job) }) ?? [] { task.cancel() }
    }

    private func read(_ index: Int) -> [TickState.Action] {
        let source = sources[index]
        return run(.source(index), late: nil) { [tick] in
            let result = await Self.result { try await source.read(tick) }
            return { $0.answered(source: index, result) }
        } otherwise: {
            $0.answered(source: index, .failure(Self.stuck))
        }
    }

    private func ask(_ target: SampleTarget, _ source: Int) -> [TickState.Action] {
        let id = target.id
        let late: Change = { $0.timedOut(target: id, source: source) }
        return run(.target(source: source, id: id), late: late) {
            let result = await Self.result { try await target.read() }
            return { $0.answered(target: id, source: source, result) }
        } otherwise: {
            $0.answered(target: id, source: source, .failure(Self.stuck))
        }
    }

    private static let stuck = SourceError(.timeout, "the call of an earlier tick has not returned; it is not repeated")

    /// - Parameters:
    ///   - late: The change at the job's deadline; nil if it has no deadline but the tick's.
    ///   - otherwise: The change if the call of an earlier tick has not returned.
    private func run(
        _ job: TickState.Job,
        late: Change?,
        _ work: @escaping @Sendable () async -> Change,
        otherwise: Change
    ) -> [TickState.Action] {
        guard outstanding.begin(job) else { return state.withLock { otherwise(&$0) } }
        let deadline = late.map { late in
            clock.alarm(at: clock.now().adding(TickState.targetTime)) { [self] in change(late) }
        }
        let task = Task.detached { [self, outstanding] in
            let answered = await work()
            outstanding.end(job)
            deadline?.cancel()
            _ = tasks.withLock { $0.removeValue(forKey: job) }
            change(answered)
        }
        tasks.withLock { $0[job] = [task] + (deadline.map { [$0] } ?? []) }
        // The job or the tick may have ended before the tasks were stored.
        let isOver = state.withLock { !$0.isAsking(job) }
        if isOver { cancel(job) }
        return []
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
