internal import Synchronization
public import Tally

/// Answers who a server is, how it is, and what it is doing, from what its providers say.
///
/// ```swift
/// let healthcheck = Healthcheck(
///     service: ServiceInfo(name: "chat", version: "1.4.2"),
///     providers: [
///         SnapshotProvider("database", keys: ["sessions"]) { ["sessions": .integer(try await countSessions())] },
///         .counters(["connectionsSinceBoot": connections]),
///     ])
/// let document = await healthcheck.document()
/// return Response(status: document.httpStatus, headers: document.headers, body: document.body)
/// ```
///
/// The host owns the routes, customarily `/.well-known/healthcheck.json`, `/live` and `/ready`; `MetricsListener` serves
/// them for a host that has no router. Closures run at most once each per `freshFor`, however many ask, and never for a
/// scrape of the registry.
public final class Healthcheck: Sendable {
    /// Keys that are the document's own.
    static let reservedKeys = ["status", "name", "version", "now", "uptimeSeconds", "checks"]
    /// Those of them that a public document may have.
    static let choosableKeys = ["name", "version", "now", "uptimeSeconds"]

    let clock: HealthClock
    let wallClock: @Sendable () -> Double
    let readinessDeadline: Duration
    let cacheControl: String
    let serviceText: DocumentWriter.ServiceText
    let sections: [DocumentSection]
    let checks: [ProviderCheck]
    let identity = RunMarker.Owner()
    let drains = Atomic(false)
    let hasStarted = Atomic(false)

    /// A healthcheck whose definition is written in the program; a mistake in it traps and is named.
    ///
    /// - Parameters:
    ///   - service: Who the server is.
    ///   - providers: The document's keys, in order.
    ///   - publicKeys: What ``HealthDetail/public`` documents show beside the status: keys of the providers, and
    ///     `name`, `version`, `now`, `uptimeSeconds`. None unless told so.
    ///   - cacheControl: The value of the header of that name. What is served is cached here already.
    ///   - readinessDeadline: How long ``readiness()`` and ``startup()`` wait at most, more than zero. The kubelet gives
    ///     a probe one second unless told otherwise.
    ///   - registry: Where to register `health_check_up{check}`, `health_check_duration_seconds{check}` and
    ///     `health_check_last_success_timestamp_seconds{check}`, which show what the last runs came to.
    ///   - clock: What deadlines, ages and uptime are measured by. One other than `ContinuousClock` must support
    ///     sleeping.
    ///   - wallClock: The time of day in seconds since 1970, which is only shown; the machine's unless given. It
    ///     must not block.
    ///   - onError: Told of each failure, by the provider's name: what it threw, or a ``HealthcheckError`` if it missed
    ///     its deadline or returned other keys than it declares. Nothing else is shown an error's text, which may hold
    ///     credentials. Called on a task of no requester; may be called by several at once.
    public convenience init(
        service: ServiceInfo,
        providers: [SnapshotProvider],
        publicKeys: [String] = [],
        cacheControl: String = "no-store",
        readinessDeadline: Duration = .milliseconds(800),
        registry: MetricRegistry? = nil,
        clock: some Clock<Duration> = ContinuousClock(),
        wallClock: (@Sendable () -> Double)? = nil,
        onError: (@Sendable (_ provider: String, _ error: any Error) -> Void)? = nil
    ) {
        do {
            try self.init(
                service: service,
                validating: providers,
                publicKeys: publicKeys,
                cacheControl: cacheControl,
                readinessDeadline: readinessDeadline,
                registry: registry,
                clock: clock,
                wallClock: wallClock,
                onError: onError
            )
        } catch {
            // What is wrong is written in the program, and shows at boot.
            fatalError("TallyHealthcheck: \(error)")
        }
    }

    /// A healthcheck whose definition comes at run time.
    ///
    /// - Throws: A ``HealthcheckError`` that names the mistake. Nothing has been run or registered then, but for the
    ///   metrics' families.
    public init(
        service: ServiceInfo,
        validating providers: [SnapshotProvider],
        publicKeys: [String] = [],
        cacheControl: String = "no-store",
        readinessDeadline: Duration = .milliseconds(800),
        registry: MetricRegistry? = nil,
        clock: some Clock<Duration> = ContinuousClock(),
        wallClock: (@Sendable () -> Double)? = nil,
        onError: (@Sendable (_ provider: String, _ error: any Error) -> Void)? = nil
    ) throws(HealthcheckError) {
        try Self.validate(providers, publicKeys: publicKeys)
        try CheckPolicy.check("readinessDeadline", readinessDeadline)
        guard !cacheControl.isEmpty, cacheControl.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw HealthcheckError(
                .invalidHeader,
                "the Cache-Control \(cacheControl.debugDescription) is not visible ASCII"
            )
        }
        self.clock = HealthClock(clock)
        self.wallClock = wallClock ?? { WallClock.secondsSinceEpoch() }
        self.readinessDeadline = readinessDeadline
        self.cacheControl = cacheControl
        // By bytes: `String` would let a key show that only looks like one that is to.
        let publicKeys = Set(publicKeys.map { Array($0.utf8) })
        serviceText = DocumentWriter.ServiceText(service, publicKeys: publicKeys)
        let environment = ProviderCheck.Environment(
            clock: self.clock,
            wallClock: self.wallClock,
            metrics: try registry.map { registry throws(HealthcheckError) in try HealthMetrics(in: registry) },
            onError: onError,
            identity: identity
        )
        var checks: [ProviderCheck] = []
        sections = providers.map { provider in
            switch provider.source {
            case .readings(let readings):
                return DocumentSection(provider, source: .readings(readings), publicKeys: publicKeys)
            case .check(let policy, let executor, let values):
                let check = ProviderCheck(provider, policy, executor, values, environment)
                checks.append(check)
                return DocumentSection(provider, source: .check(check), publicKeys: publicKeys)
            }
        }
        self.checks = checks
        for check in checks { check.beginRefreshing() }
    }

    deinit {
        for check in checks { check.stop() }
    }
}
