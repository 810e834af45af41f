internal import Synchronization
internal import Tally

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

    init(
        _ service: ServiceInfo,
        _ providers: [SnapshotProvider],
        publicKeys: [String],
        cacheControl: String,
        readinessDeadline: Duration,
        registry: MetricRegistry?,
        clock: HealthClock,
        wallClock: (@Sendable () -> Double)?,
        onError: (@Sendable (String, any Error) -> Void)?
    ) throws(HealthcheckError) {
        try Self.validate(providers, publicKeys: publicKeys)
        try CheckPolicy.check("readinessDeadline", readinessDeadline)
        guard !cacheControl.isEmpty, cacheControl.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw HealthcheckError(
                .invalidHeader,
                "the Cache-Control \(cacheControl.debugDescription) is not visible ASCII"
            )
        }
        self.clock = clock
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

    deinit {
        for check in checks { check.stop() }
    }
}
