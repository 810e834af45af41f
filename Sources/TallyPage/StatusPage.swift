public import Tally
public import TallyHealthcheck

/// A status page for operators: health, rates, quantiles, active users and limits.
///
/// ```swift
/// let page = StatusPage(registry: registry, healthcheck: healthcheck, history: PageHistory())
/// func status(_ request: Request) async -> Response {
///     let answer = await page.response(
///         accept: request.headers["Accept"],
///         query: request.query,
///         ifNoneMatch: request.headers["If-None-Match"]
///     )
///     return Response(status: answer.status, headers: answer.headers, body: answer.body)
/// }
/// ```
///
/// Serve the page at one path of your choice, and protect it like `/metrics`. A browser gets a self-contained document,
/// which polls the same path for JSON. Any other client, such as `curl`, gets text.
///
/// Without a history, the page costs nothing while nobody looks. Create one page for the life of the server, because it
/// holds the history.
public final class StatusPage: Sendable {
    /// Returns plots of the period that ends now, with a value for each step.
    public typealias Plots = @Sendable (_ last: Duration, _ every: Duration) async throws -> [PagePlot]

    let registry: MetricRegistry
    let healthcheck: Healthcheck?
    let plots: Plots?
    let recorder: HistoryRecorder?
    let clock: HealthClock
    private let wallClock: @Sendable () -> Double
    private let executor = ThreadExecutor()
    private let reading = Locked<Task<(metrics: RegistryReading, pageAge: Duration), Never>?>(nil)

    /// Creates a page.
    ///
    /// - Parameters:
    ///   - registry: The registry to show, with included ones.
    ///   - healthcheck: The health to show. Polls run its checks when they are due, as requests for its document do.
    ///   - history: The history to keep, or nil for none. Once a second, it calls the registry's observed instruments
    ///     and collectors, except asynchronous ones.
    ///   - clock: The clock for rates and the history.
    ///   - plots: Returns further plots, such as a sampler's history. A browser that shows the page causes a call every
    ///     few seconds at most. If the closure throws, the page says only that the plots are missing.
    public convenience init(
        registry: MetricRegistry,
        healthcheck: Healthcheck? = nil,
        history: PageHistory? = nil,
        clock: some Clock<Duration> = ContinuousClock(),
        plots: Plots? = nil
    ) {
        self.init(
            registry: registry,
            healthcheck: healthcheck,
            history: history,
            clock: clock,
            wallClock: WallClock.secondsSinceEpoch,
            plots: plots
        )
        recorder?.start()
    }

    /// Creates a page whose caller records the history with ``record()``.
    ///
    /// - Parameter wallClock: Returns the time of day in seconds since 1970.
    package init(
        registry: MetricRegistry,
        healthcheck: Healthcheck? = nil,
        history: PageHistory? = nil,
        clock: some Clock<Duration>,
        wallClock: @escaping @Sendable () -> Double,
        plots: Plots? = nil
    ) {
        self.registry = registry
        self.healthcheck = healthcheck
        self.plots = plots
        let clock = HealthClock(clock)
        self.clock = clock
        self.wallClock = wallClock
        recorder = history.map { HistoryRecorder(of: registry, $0, clock) }
    }

    deinit {
        recorder?.stop()
    }

    /// Records the present values in the history.
    package func record() { recorder?.record() }

    /// Answers a request. Do not send the body in a response to `HEAD`.
    ///
    /// Waits for the health checks that are due. Calls the registry's observed instruments and collectors on a thread
    /// of the page. Requests that arrive meanwhile share the values.
    ///
    /// - Parameters:
    ///   - accept: The value of Accept, which selects HTML, JSON or text; join repeated fields with commas.
    ///   - query: The query of the request's URL, percent-encoded. It contains the search and the range.
    ///   - ifNoneMatch: The value of If-None-Match.
    public func response(accept: String?, query: String? = nil, ifNoneMatch: String? = nil) async -> PageResponse {
        let query = PageQuery(query ?? "")
        switch PageFormat.negotiated(accept: accept) {
        case .html:
            return PageResponse(Site.html, "text/html; charset=utf-8", policy: Site.policy, ifNoneMatch: ifNoneMatch)
        case .json where query.wantsPlots:
            let body = await plotsBody(query.range)
            return PageResponse(body, "application/json", ifNoneMatch: ifNoneMatch)
        case .json:
            let overview = await overview()
            let body = OverviewDocument.json(overview, query, recorder)
            return PageResponse(body, "application/json", ifNoneMatch: ifNoneMatch, clock: overview.pageAge)
        case .text:
            let body = OverviewText.text(await overview(), query, recorder)
            return PageResponse(body, "text/plain; charset=utf-8", hasETag: false, ifNoneMatch: nil)
        }
    }

    /// The longest wait for closures of the host, shorter than that of a scrape.
    static let patience = Duration.seconds(2)

    private func overview() async -> Overview {
        if registry.hasAsyncCollectors { await registry.collect(forReadingWithin: Self.patience) }
        let health = await healthcheck?.overview()
        let (metrics, pageAge) = await read()
        return Overview(metrics: metrics, health: health, pageAge: pageAge, wallSeconds: wallClock())
    }

    /// Reads the registry, or joins a reading under way. Closures of the host may block the thread.
    private func read() async -> (metrics: RegistryReading, pageAge: Duration) {
        let task = reading.withLock { reading in
            if let reading { return reading }
            let task = Task(executorPreference: executor) { [self] in
                let metrics = registry.reading(within: Self.patience)
                let pageAge = clock.now()
                self.reading.withLock { $0 = nil }
                return (metrics: metrics, pageAge: pageAge)
            }
            reading = task
            return task
        }
        return await task.value
    }

    private func plotsBody(_ range: HistoryRange) async -> [UInt8] {
        guard let plots else { return Array(#"{"plots":[]}"#.utf8) }
        guard let answer = try? await plots(range.length, max(range.step, .seconds(5))) else {
            return Array(#"{"plots":null}"#.utf8)
        }
        return PlotsDocument.json(answer)
    }
}
