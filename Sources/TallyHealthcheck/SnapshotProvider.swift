/// A part of a health document: a name, the keys it fills, and where their values come from.
///
/// ```swift
/// SnapshotProvider("database", keys: ["sessions", "channels"], timeout: .milliseconds(500)) {
///     ["sessions": .integer(try await database.count("sessions")),
///      "channels": .integer(try await database.count("channels"))]
/// }
/// ```
///
/// A provider may hang, block its thread, throw or answer nonsense: that costs its own keys, which become `null`, and
/// nobody else's.
public struct SnapshotProvider: Sendable {
    /// Its name under `checks`, and in the metrics' label `check`.
    public let name: String
    /// The keys of the document that it fills, in order.
    public let keys: [String]
    /// The type of the component in the IETF's format.
    let componentType: HealthComponentType
    /// The units of the keys' values in the IETF's format.
    let units: [String: String]

    let source: Source

    enum Source: Sendable {
        /// A closure that may take its time, so that its answers are kept.
        case check(CheckPolicy, any TaskExecutor, @Sendable () async throws -> HealthValues)
        /// Values that are read as a document is written, one a key: can neither fail nor wait, so no check is shown.
        case readings([@Sendable () -> HealthValue])
    }

    /// A provider that asks a closure.
    ///
    /// One run is in flight at most, shared by all who ask and cancelled by none of them. While a run is under way past
    /// its deadline no other is begun; it is cancelled when the next would have been due, and if it answers after all,
    /// that counts. A run that is under way when the healthcheck goes is cancelled, too.
    ///
    /// - Parameters:
    ///   - name: Without a colon, at most 256 bytes; no two providers may share one.
    ///   - keys: The keys that the closure returns values for, at the top level of the document. Others it returns are
    ///     left out, those it leaves out are `null`.
    ///   - componentType: The draft's `componentType` in ``HealthFormat/healthJSON``.
    ///   - units: The units of values by key, such as `["oldestSeconds": "s"]`: the draft's `observedUnit` in
    ///     ``HealthFormat/healthJSON``. Use a standard term. Keys without a unit have none.
    ///   - critical: Whether the service cannot do its work without it: its failure is then the document's (503).
    ///   - timeout: How long a document waits for a run, more than zero.
    ///   - freshFor: How long an answer, or a failure, is used before the closure is run again, more than zero.
    ///   - staleFor: How old the last good values may be to be shown after a failure, marked `stale`. Zero: never.
    ///   - refreshedEvery: If given, the closure is run this often from construction on, whether anybody asks or not,
    ///     and an answer is fresh until the next is due.
    ///   - failAfter: The number of failures in a row that make the check fail; fewer are a warning. While a run hangs,
    ///     each further `freshFor` (or `refreshedEvery`, if shorter) is one more failure. Before the first answer no
    ///     threshold applies: the check fails.
    ///   - okAfter: The number of answers in a row that make a failed check well again. A check that had not
    ///     failed is well at its first answer.
    ///   - executor: Where the closure runs. By default a thread of its own, there while it is needed: a closure that
    ///     blocks it stops nothing else. `globalConcurrentExecutor` is the runtime's pool, for one that never blocks.
    ///   - values: Returns the values, or throws. An error's text is shown to nobody but the healthcheck's `onError`.
    public init(
        _ name: String,
        keys: [String],
        componentType: HealthComponentType = .component,
        units: [String: String] = [:],
        critical: Bool = true,
        timeout: Duration = .milliseconds(500),
        freshFor: Duration = .seconds(5),
        staleFor: Duration = .seconds(60),
        refreshedEvery: Duration? = nil,
        failAfter: Int = 1,
        okAfter: Int = 1,
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
            freshFor: freshFor,
            staleFor: staleFor,
            refreshedEvery: refreshedEvery,
            failAfter: failAfter,
            okAfter: okAfter
        )
        source = .check(policy, executor, values)
    }

    /// A provider of values that are only read.
    ///
    /// - Parameter component: What stands before the colon in the IETF's format. Several providers may share it.
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
