public import Tally
public import TallyHealthcheck

/// A page that shows an operator how a server is and what it is doing: health, rates, quantiles, active users, limits.
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
/// Serve it at one path of your choice, to those who may read `/metrics`. A browser gets a page without any dependency,
/// which then polls the same path for JSON; any other client, such as `curl`, gets text.
///
/// Without a history, the page costs nothing while nobody looks. Keep one page for the life of the server, because it
/// holds the history.
public final class StatusPage: Sendable {
    /// Returns plots of a period until now, with a value for each step.
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
    ///   - plots: Returns further plots, such as a sampler's history. Called for a browser that looks at the page, at
    ///     most every few seconds; if it throws, the page says only that the plots are missing.
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

    /// Creates a page whose history its caller records.
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

    /// Answers a request. The body of an answer to `HEAD` is to be left out.
    ///
    /// Waits for the health checks that are due, and calls the registry's observed instruments and collectors, on a
    /// thread of the page. Requests that arrive meanwhile share the answer.
    ///
    /// - Parameters:
    ///   - accept: The value of Accept, which selects HTML, JSON or text; join repeated fields with commas.
    ///   - query: The query of the request's URL, percent-encoded. It has the search and the range.
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

    /// The longest wait for closures. They have answered within a scrape's timeout so far, and a page is not a scrape.
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
