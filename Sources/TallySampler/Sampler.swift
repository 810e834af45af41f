public import Tally

/// Samples the machine, its containers and this process at an interval, keeps a history, and exposes the latest values.
///
/// ```swift
/// let sampler = Sampler(
///     sources: [.host(), .process(), .cgroups(), .docker()],
///     store: try .sqlite(path: "history.sqlite"),
///     settings: { try await config.sampling() },
///     in: registry
/// )
/// try await sampler.run()
/// ```
///
/// The first tick is three seconds after the start, and the others follow at each interval on a fixed grid. A tick
/// reads all sources concurrently, and up to eight targets of each in parallel, each limited to ten seconds. After two
/// seconds, the tick is written without the sources that have not answered completely. Their samples are written when
/// they are there, after at most thirty seconds; until then, their next ticks are skipped and counted. So a source or
/// target that fails or hangs does not affect the others.
///
/// A container that an engine and the control groups both report has one sample, under the engine's name.
///
/// The registry exposes the sampler's own metrics (`tally_sampler_…`) and the latest values: `container_…` under
/// cAdvisor's names, with the labels `id`, `name` and `image`, `node_…` under node_exporter's names, and `process_…`.
/// All carry the registry's constant labels, but not its prefix. At most 500 containers and control groups are exposed.
public final class Sampler: Sendable {
    let core: SamplerCore
    private let latest: LatestValues

    /// Creates a sampler, which does nothing until started. Traps if `registry` has a conflicting metric, or if two
    /// sources have the same name, and names it.
    ///
    /// - Parameters:
    ///   - sources: The sources to read at each tick. Their names, used in metrics and reports, must differ.
    ///   - store: The store of the history. Stopping the sampler closes it.
    ///   - settings: Returns the interval and the retention. Called at each tick, by ``wake()``, and every minute while
    ///     the sampler is switched off. If it throws or does not answer within five seconds, the last settings stay in
    ///     force. Until its first answer, it is called every 15 seconds, and nothing is sampled.
    ///   - clock: The clock for intervals and deadlines. It must support sleeping.
    ///   - report: Receives each change of state once, on the sampler's task, which it must not block. By default, it
    ///     writes a line to standard error.
    ///   - registry: The registry of the sampler's metrics.
    public convenience init(
        sources: [SampleSource],
        store: HistoryStore,
        settings: @escaping @Sendable () async throws -> SamplingSettings = { SamplingSettings() },
        clock: some Clock<Duration> = ContinuousClock(),
        report: (@Sendable (SamplerReport) -> Void)? = nil,
        in registry: MetricRegistry
    ) {
        self.init(
            sources: sources,
            store: store.history,
            settings: settings,
            clock: clock,
            wallSeconds: WallClock.secondsSinceEpoch,
            report: report ?? SamplerReport.toStandardError,
            in: registry
        )
    }

    /// - Parameter wallSeconds: Returns the wall-clock time, in seconds since the Unix epoch.
    package init(
        sources: [SampleSource],
        store: some SampleHistory,
        settings: @escaping @Sendable () async throws -> SamplingSettings = { SamplingSettings() },
        clock: some Clock<Duration>,
        wallSeconds: @escaping @Sendable () -> Double,
        report: @escaping @Sendable (SamplerReport) -> Void = { _ in },
        in registry: MetricRegistry
    ) {
        var names: Set<String> = []
        for source in sources {
            precondition(names.insert(source.name).inserted, "two sources have the name \(source.name): rename one")
        }
        let (metrics, latest) = RegistrationError.trapping { () throws(RegistrationError) in
            (try SamplerMetrics(in: registry), try LatestValues(in: registry))
        }
        self.latest = latest
        core = SamplerCore(
            sources: sources,
            store: store,
            settings: settings,
            clock: ElapsedClock(clock),
            wallSeconds: wallSeconds,
            report: report,
            metrics: metrics
        )
    }

    deinit {
        core.requestStop()
    }

    // MARK: Start and stop

    /// Starts sampling, unless it has been started already. Can be called from any task.
    ///
    /// - Throws: ``SamplerError`` if the sampler has been stopped.
    public func start() throws(SamplerError) {
        try core.start { [core, latest] in
            var loop = SamplerLoop(core, latest)
            await loop.run()
        }
    }

    /// Stops sampling permanently. Can be called from any task, repeatedly, and before ``start()``.
    ///
    /// Cancels requests in flight without waiting for them, writes the answers so far, and returns once the store is
    /// closed. The sources release their resources later.
    public func stop() async {
        core.requestStop()
        await core.waitForEnd()
    }

    /// Reads the settings now and applies them. The next tick is then due one interval after the last one, or
    /// immediately if that time has passed.
    public func wake() {
        core.wake()
    }

    /// Starts the sampler, and returns once it is stopped by ``stop()`` or by cancellation of the task.
    func runUntilStopped() async throws(SamplerError) {
        try start()
        await withTaskCancellationHandler {
            await core.waitForEnd()
        } onCancel: {
            core.requestStop()
        }
    }
}
