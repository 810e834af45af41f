internal import Synchronization
internal import Tally

/// What a sampler's loop works on. The sampler itself may go while it runs, which ends it.
final class SamplerCore: Sendable {
    let sources: [SampleSource]
    let store: any SampleHistory
    let clock: SamplerClock
    let wallSeconds: @Sendable () -> Double
    let metrics: SamplerMetrics
    let settings: SettingsReader
    let reports: Reports
    let outstanding = TickRun.Outstanding()

    private let life = Locked(SamplerLife())
    private let signal = LoopSignal()
    /// Whether `wake()` was called, and not seen to yet.
    private let isWoken = Atomic(false)
    /// What a stop ends early.
    private let underWay = Locked<(@Sendable () -> Void)?>(nil)
    /// The newest tick's time, which queries go up to.
    private let lastTime = Locked<Int64?>(nil)

    /// The core whose loop the current task is, while it is in the store: who waited for the loop's end there would wait
    /// for himself.
    @TaskLocal
    static var inStore: ObjectIdentifier?

    init(
        sources: [SampleSource],
        store: any SampleHistory,
        settings: @escaping @Sendable () async throws -> SamplingSettings,
        clock: SamplerClock,
        wallSeconds: @escaping @Sendable () -> Double,
        report: @escaping @Sendable (SamplerReport) -> Void,
        metrics: SamplerMetrics
    ) {
        self.sources = sources
        self.store = store
        self.clock = clock
        self.wallSeconds = wallSeconds
        self.metrics = metrics
        self.settings = SettingsReader(settings, clock)
        reports = Reports(report)
    }

    // MARK: Life

    /// - Parameter latest: What the loop shows of its samples.
    func start(_ latest: LatestValues) throws(SamplerError) {
        switch life.withLock({ $0.start() }) {
        case .refuse: throw SamplerError()
        case .isRunning: break
        case .begin:
            Task.detached { [self] in
                var loop = SamplerLoop(self, latest)
                await loop.run()
                await end()
            }
        }
    }

    func requestStop() {
        switch life.withLock({ $0.stop() }) {
        case .nothing: break
        case .close: Task.detached { [self] in await end() }
        case .end:
            signal.raise()
            underWay.withLock(\.self)?()
        }
    }

    /// Waits until the loop has ended and the store is closed.
    func waitForEnd() async {
        guard Self.inStore != ObjectIdentifier(self) else { return }
        await withCheckedContinuation { continuation in
            if !life.withLock({ $0.wait(continuation) }) { continuation.resume() }
        }
    }

    private func end() async {
        await withStore { await $0.close() }
        // Not waited for: letting go of connections takes as long as others like.
        for source in sources { Task.detached { await source.shutdown() } }
        for waiter in life.withLock({ $0.end() }) { waiter.resume() }
    }

    var isStopping: Bool { life.withLock { $0.isStopping } }

    // MARK: Of the loop

    func wake() {
        isWoken.store(true, ordering: .relaxed)
        signal.raise()
    }

    func takeWake() -> Bool { isWoken.exchange(false, ordering: .relaxed) }

    /// Waits for a time, or until there is something else to see to.
    func sleep(until due: Duration) async {
        let alarm = clock.alarm(at: due) { [signal] in signal.raise() }
        await signal.wait()
        alarm.cancel()
    }

    /// Does what a stop ends early.
    func endingEarly<Result: Sendable>(
        _ end: @escaping @Sendable () -> Void,
        _ work: @Sendable () async -> Result
    ) async -> Result {
        underWay.withLock { $0 = end }
        // A stop that came before found nothing to end.
        if isStopping { end() }
        let result = await work()
        let before = underWay.withLock { $0.take() }
        withExtendedLifetime(before) {}
        return result
    }

    func withStore<Result: Sendable>(
        _ body: @Sendable (any SampleHistory) async throws -> Result
    ) async rethrows -> Result {
        try await Self.$inStore.withValue(ObjectIdentifier(self)) { try await body(store) }
    }

    func ticked(at time: Int64) {
        lastTime.withLock { $0 = time }
    }

    /// Up to when there may be samples, in seconds since the Unix epoch: also while the clock is behind the last of them.
    func present() -> Int64 {
        let wall = Int64(exactly: wallSeconds().rounded(.down)).map(HistoryRange.clamped)
        let last = lastTime.withLock(\.self)
        guard let wall else { return last ?? 0 }
        return last.map { max($0, wall) } ?? wall
    }
}
