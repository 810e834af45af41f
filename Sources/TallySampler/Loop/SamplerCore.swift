internal import Synchronization
internal import Tally

/// The state of a sampler's loop. Releasing the sampler ends the loop.
final class SamplerCore: Sendable {
    let sources: [SampleSource]
    let store: any SampleHistory
    let clock: ElapsedClock
    let wallSeconds: @Sendable () -> Double
    let metrics: SamplerMetrics
    let settings: @Sendable () async throws -> SamplingSettings
    let reports: Reports
    let reader: SourceReader

    private enum Phase {
        case idle, running, stopping
    }

    private let phase = Locked(Phase.idle)
    private let hasEnded = FirstAnswer<Void>()
    private let signal = LoopSignal()
    /// True if `wake()` was called and is not handled yet.
    private let isWoken = Atomic(false)
    private let endWork = Locked<(@Sendable () -> Void)?>(nil)
    /// The time of the newest tick, which queries include even if the clock is behind it.
    private let lastTime = Locked<Int64?>(nil)

    init(
        sources: [SampleSource],
        store: any SampleHistory,
        settings: @escaping @Sendable () async throws -> SamplingSettings,
        clock: ElapsedClock,
        wallSeconds: @escaping @Sendable () -> Double,
        report: @escaping @Sendable (SamplerReport) -> Void,
        metrics: SamplerMetrics
    ) {
        self.sources = sources
        self.store = store
        self.clock = clock
        self.wallSeconds = wallSeconds
        self.metrics = metrics
        self.settings = settings
        reports = Reports(report)
        reader = SourceReader(sources, clock) { [signal] in signal.raise() }
    }

    // MARK: Start and stop

    /// Runs the loop, unless it runs already.
    func start(_ loop: @escaping @Sendable () async -> Void) throws(SamplerError) {
        let before = phase.withLock { phase in
            let before = phase
            if phase == .idle { phase = .running }
            return before
        }
        switch before {
        case .stopping: throw SamplerError()
        case .running: break
        case .idle:
            Task.detached { [self] in
                await loop()
                await end()
            }
        }
    }

    func requestStop() {
        let before = phase.withLock { phase in
            defer { phase = .stopping }
            return phase
        }
        switch before {
        case .stopping: break
        case .idle: Task.detached { [self] in await end() }
        case .running:
            signal.raise()
            endWork.withLock(\.self)?()
        }
    }

    /// Waits until the store is closed. Returns at once inside a call of the store, which would wait for itself.
    func waitForEnd() async {
        guard !ReentryGuard.isInside(self) else { return }
        await hasEnded.wait()
    }

    private func end() async {
        await withStore { await $0.close() }
        // Not awaited, because closing connections may take any time.
        for source in sources { Task.detached { await source.shutdown() } }
        hasEnded.give(())
    }

    var isStopping: Bool { phase.withLock { $0 == .stopping } }

    // MARK: For the loop

    func wake() {
        isWoken.store(true, ordering: .relaxed)
        signal.raise()
    }

    func takeWake() -> Bool { isWoken.exchange(false, ordering: .relaxed) }

    /// Waits until a time, or until a signal.
    func sleep(until due: Duration) async {
        let alarm = clock.alarm(at: due) { [signal] in signal.raise() }
        await signal.wait()
        alarm.cancel()
    }

    /// Performs work. If the sampler is stopped meanwhile, calls `end`, which must end the work early.
    func endingEarly<Result: Sendable>(
        _ end: @escaping @Sendable () -> Void,
        _ work: @Sendable () async -> Result
    ) async -> Result {
        endWork.withLock { $0 = end }
        // An earlier stop found nothing to end.
        if isStopping { end() }
        let result = await work()
        let before = endWork.withLock { $0.take() }
        withExtendedLifetime(before) {}
        return result
    }

    func withStore<Result: Sendable>(
        _ body: @Sendable (any SampleHistory) async throws -> Result
    ) async rethrows -> Result {
        let call = ReentryGuard(of: self)
        defer { call.end() }
        return try await call.run { try await body(store) }
    }

    func ticked(at time: Int64) {
        lastTime.withLock { $0 = time }
    }

    /// The end of a query's range, in seconds since the Unix epoch: now, or the newest tick if the clock is behind it.
    func present() -> Int64 {
        let wall = Int64(exactly: wallSeconds().rounded(.down)).map(HistoryRange.clamped)
        let last = lastTime.withLock(\.self)
        guard let wall else { return last ?? 0 }
        return last.map { max($0, wall) } ?? wall
    }
}
