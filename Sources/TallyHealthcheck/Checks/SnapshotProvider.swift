/// A part of a health document: a name, the keys it fills, and the source of their values.
///
/// ```swift
/// let totals = SnapshotProvider("database", keys: ["sessions", "channels"], timeout: .milliseconds(500)) {
///     [
///         "sessions": .integer(try await database.count("sessions")),
///         "channels": .integer(try await database.count("channels")),
///     ]
/// }
/// ```
///
/// A provider that hangs, blocks its thread, throws or omits keys affects only its own keys, which become `null`.
public struct SnapshotProvider: Sendable {
    /// The provider's name under `checks`, and in the metrics' label `check`.
    public let name: String
    /// The document's keys that the provider fills, in order.
    public let keys: [String]
    let componentType: HealthComponentType
    let units: [String: String]

    let source: Source

    enum Source: Sendable {
        /// A closure that may take time, so its answers are cached.
        case check(CheckPolicy, any TaskExecutor, @Sendable () async throws -> HealthValues)
        /// Values read while a document is written, one per key. They can neither fail nor wait, so no check is shown.
        case readings([@Sendable () -> HealthValue])
    }

    /// Creates a provider that runs a closure.
    ///
    /// At most one run is in progress. All requests share it, and none cancels it. While an overdue run is in progress,
    /// no other begins. An overdue run is cancelled when the next one would be due; if it answers nevertheless, the
    /// answer counts. Releasing the healthcheck cancels a run in progress.
    ///
    /// - Parameters:
    ///   - name: A name of 1 to 256 bytes, without a colon, that no other provider has.
    ///   - keys: The keys of the closure's values, at the top level of the document. Other returned keys are dropped;
    ///     missing ones are `null`.
    ///   - componentType: The draft's `componentType` in ``HealthFormat/healthJSON``.
    ///   - units: The units of values by key, such as `["oldestSeconds": "s"]`: the draft's `observedUnit` in
    ///     ``HealthFormat/healthJSON``. Use terms of a public vocabulary. A key need not have a unit.
    ///   - critical: True if the service cannot work without this component. Its failure then fails the document (503).
    ///   - timeout: The longest a document waits for a run; more than zero.
    ///   - maxAge: The time for which an answer, or a failure, is reused before the closure runs again; more than
    ///     zero.
    ///   - staleIfError: The maximum age of the last good values that are shown, marked `stale`, after a failure. Zero
    ///     disables this.
    ///   - refreshInterval: If given, the interval at which the closure runs in the background, regardless of requests,
    ///     from the creation of the healthcheck on. An answer stays fresh until the next one is overdue.
    ///   - failureThreshold: The number of consecutive failures that make the check fail; fewer are a warning. While a
    ///     run hangs, each further `maxAge` (or `refreshInterval`, if shorter) counts as another failure. Before the
    ///     first answer, the check fails regardless of this threshold.
    ///   - successThreshold: The number of consecutive answers after which a failed check recovers. A check that has
    ///     not failed is healthy from its first answer.
    ///   - executor: The executor of the closure. By default, a thread of its own that exists only while needed, so
    ///     that a closure that blocks delays nothing else. Pass `globalConcurrentExecutor`, the runtime's pool, for
    ///     a closure that never blocks.
    ///   - values: Returns the values, or throws. Only the healthcheck's `onError` receives the error's text.
    public init(
        _ name: String,
        keys: [String],
        componentType: HealthComponentType = .component,
        units: [String: String] = [:],
        critical: Bool = true,
        timeout: Duration = .milliseconds(500),
        maxAge: Duration = .seconds(5),
        staleIfError: Duration = .seconds(60),
        refreshInterval: Duration? = nil,
        failureThreshold: Int = 1,
        successThreshold: Int = 1,
        executor: any TaskExecutor = ThreadExecutor(),
        _ values: @escaping @Sendable () async throws -> HealthValues
    ) {
        self.name = name
        self.keys = keys
        self.componentType = componentType
        self.units = units
        let policy = CheckPolicy(
            critical: critical,
            timeout: timeout,
            maxAge: maxAge,
            staleIfError: staleIfError,
            refreshInterval: refreshInterval,
            failureThreshold: failureThreshold,
            successThreshold: successThreshold
        )
        source = .check(policy, executor, values)
    }

    /// Creates a provider of values that are only read.
    ///
    /// - Parameter component: The text before the colon in the IETF draft's format. Several providers may share it.
    init(
        component: String,
        units: [String: String] = [:],
        readings: [(key: String, read: @Sendable () -> HealthValue)]
    ) {
        name = component
        keys = readings.map(\.key)
        componentType = .component
        self.units = units
        source = .readings(readings.map(\.read))
    }
}
