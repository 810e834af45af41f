public import Tally

/// Samples the machine, this process and its containers at an interval, keeps a history, and shows the latest values.
///
/// ```swift
/// let sampler = Sampler(
///     sources: [.host(), .process(), .cgroups(), .docker()],
///     store: try .sqlite(path: "history.sqlite"),
///     settings: { try await config.sampling() },
///     in: registry)
/// try await sampler.run()
/// ```
///
/// The first sample is taken three seconds after the start, and then one at each interval, on a fixed grid: a tick that
/// takes longer makes the next ones fall out, and they are counted. At a tick all sources are asked at once, then their
/// targets, eight at a time and for ten seconds each; after thirty seconds the tick is written with what has been
/// answered. A source or a target that fails costs none of the others.
///
/// The registry shows `tally_sampler_…`, what the sampler knows of itself; and of the last tick `container_…` as
/// cAdvisor does, with the labels `id` and `name`, `node_…` as node_exporter does, and `process_…`. They take the
/// registry's constant labels, not its prefix. At most 500 containers and control groups are shown.
public final class Sampler: Sendable {
    let core: SamplerCore
    private let latest: LatestValues

    /// A sampler, which does nothing until it is started. Metrics of the host's that conflict with its own trap and are
    /// named.
    ///
    /// - Parameters:
    ///   - sources: What to ask at each tick, by names that differ.
    ///   - store: Where samples are kept. The sampler closes it when it stops.
    ///   - settings: Asked at each tick, by ``wake()``, and every minute while the sampler is switched off: how far
    ///     ticks are apart, and how long samples are kept. If it throws, or does not answer within five seconds, the
    ///     last settings stay in force; until it has answered for the first time, nothing is sampled.
    ///   - clock: What intervals and deadlines are measured by. It must support sleeping.
    ///   - report: Told of changes, each once, on the sampler's own task, which it must not block. A line on the
    ///     standard error unless given.
    ///   - registry: Where the metrics are.
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

    /// - Parameter wallSeconds: The time of day, in seconds since the Unix epoch.
    package init(
        sources: [SampleSource],
        store: some SampleHistory,
        settings: @escaping @Sendable () async throws -> SamplingSettings = { SamplingSettings() },
        clock: some Clock<Duration>,
        wallSeconds: @escaping @Sendable () -> Double,
        report: @escaping @Sendable (SamplerReport) -> Void = { _ in },
        in registry: MetricRegistry
    ) {
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

    /// Starts sampling, if it has not been started yet. From any task.
    ///
    /// - Throws: ``SamplerError`` once it has been stopped.
    public func start() throws(SamplerError) {
        try core.start { [core, latest] in
            var loop = SamplerLoop(core, latest)
            await loop.run()
        }
    }

    /// Stops sampling, for good. From any task, as often as one likes, also before ``start()``.
    ///
    /// What has been asked of sources is cancelled and not waited for; what they have answered is written. Returns when
    /// it has been, and the store is closed;  Sources let go of what they hold after that.
    public func stop() async {
        core.requestStop()
        await core.waitForEnd()
    }

    /// Looks at the settings now: a changed interval is in force at once, and what was switched on begins with a tick.
    /// Without a change there is no tick before its time.
    public func wake() {
        core.wake()
    }

    /// Starts, and returns when the sampler has been stopped: by ``stop()``, or because the task is cancelled.
    func runUntilStopped() async throws(SamplerError) {
        try start()
        await withTaskCancellationHandler {
            await core.waitForEnd()
        } onCancel: {
            core.requestStop()
        }
    }
}
