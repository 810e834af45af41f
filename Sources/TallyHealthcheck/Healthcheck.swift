internal import Synchronization
package import Tally

/// Reports the identity, health and activity of a server, from the values of its providers.
///
/// ```swift
/// let healthcheck = Healthcheck(
///     service: ServiceInfo(name: "chat", version: "1.4.2"),
///     providers: [
///         SnapshotProvider("database", keys: ["sessions"]) {
///             ["sessions": .integer(try await countSessions())]
///         },
///         .counters(["connectionsSinceBoot": connections]),
///     ]
/// )
/// let document = await healthcheck.document()
/// return Response(status: document.httpStatus, headers: document.headers, body: document.body)
/// ```
///
/// You add the routes, customarily `/.well-known/healthcheck.json`, `/live` and `/ready`. For a server without a
/// router, `MetricsListener` serves them. Requests run each closure at most once per `maxAge`, however many there are.
/// A scrape of the registry runs none.
public final class Healthcheck: Sendable {
    /// The keys reserved for the document.
    static let reservedKeys = ["status", "name", "version", "now", "uptimeSeconds", "checks"]
    /// The reserved keys that may be public.
    static let choosableKeys = ["name", "version", "now", "uptimeSeconds"]

    let clock: HealthClock
    let wallClock: @Sendable () -> Double
    let readinessDeadline: Duration
    let cacheControl: String
    let serviceText: DocumentWriter.ServiceText
    let sections: [DocumentSection]
    let checks: [ProviderCheck]
    let identity = ProviderCheck.Identity()
    let drains = Atomic(false)
    let hasStarted = Atomic(false)

    /// - Parameter wallClock: Returns the time of day in seconds since 1970, for display only. Must not block.
    package init(
        _ service: ServiceInfo,
        _ providers: [SnapshotProvider],
        publicKeys: [String] = [],
        cacheControl: String = "no-store",
        readinessDeadline: Duration = .milliseconds(800),
        registry: MetricRegistry? = nil,
        clock: some Clock<Duration> = ContinuousClock(),
        wallClock: @escaping @Sendable () -> Double = WallClock.secondsSinceEpoch,
        onError: (@Sendable (String, any Error) -> Void)? = nil
    ) throws(HealthcheckError) {
        try Self.validate(providers, publicKeys: publicKeys)
        try CheckPolicy.check("readinessDeadline", readinessDeadline)
        guard !cacheControl.isEmpty, cacheControl.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw HealthcheckError(
                .invalidHeader,
                "cacheControl is \(cacheControl.debugDescription), but must be visible ASCII and not empty"
            )
        }
        self.clock = HealthClock(clock)
        self.wallClock = wallClock
        self.readinessDeadline = readinessDeadline
        self.cacheControl = cacheControl
        // Compared by bytes, because `String` equality would publish a key that only looks like a public one.
        let publicKeys = Set(publicKeys.map { Array($0.utf8) })
        serviceText = DocumentWriter.ServiceText(service, publicKeys: publicKeys)
        let environment = ProviderCheck.Environment(
            clock: self.clock,
            wallClock: self.wallClock,
            metrics: try registry.map { registry throws(HealthcheckError) in try HealthMetrics(in: registry) },
            reporter: onError.map { ErrorReporter($0) },
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

    /// Ends the runs in the background. Documents and probes still start the runs that they need.
    func endRefreshing() {
        for check in checks { check.endRefreshing() }
    }

    deinit {
        for check in checks { check.stop() }
    }
}
