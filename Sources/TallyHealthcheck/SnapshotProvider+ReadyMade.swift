public import Tally

// Ready-made providers. Those that only read values cannot fail, and have no entry under `checks`.

extension SnapshotProvider {
    /// A provider of counters' values, read while the document is written. Cannot fail; neither locks nor waits.
    ///
    /// - Parameters:
    ///   - counters: The counters, in the order of their keys in the document.
    ///   - units: The units by key, such as `["sentBytes": "byte"]`, for ``HealthFormat/healthJSON``.
    public static func counters(
        _ counters: KeyValuePairs<String, Counter>,
        units: [String: String] = [:]
    ) -> SnapshotProvider {
        SnapshotProvider(
            component: "counters",
            units: units,
            readings: counters.map { key, counter in (key, { .integer(counter.value) }) }
        )
    }

    /// A provider of gauges' values, read while the document is written. Cannot fail; neither locks nor waits. NaN and
    /// the infinities are `null`. An `ObservedGauge` has no value to read, so write a provider with a closure for it.
    ///
    /// - Parameters:
    ///   - gauges: The gauges, in the order of their keys in the document.
    ///   - units: The units by key, such as `["oldestSeconds": "s"]`, for ``HealthFormat/healthJSON``.
    public static func gauges(
        _ gauges: KeyValuePairs<String, Gauge>,
        units: [String: String] = [:]
    ) -> SnapshotProvider {
        SnapshotProvider(
            component: "gauges",
            units: units,
            readings: gauges.map { key, gauge in (key, { .number(gauge.value) }) }
        )
    }

    /// A provider of distinct users by window, as an object under one key: `{"24h":57,"7d":203}`. Cannot fail. Waits at
    /// most for one short lock, except after an overflow, when it scans all users.
    public static func activeUsers(_ key: String, _ users: ActiveUsers) -> SnapshotProvider {
        let counts: @Sendable () -> HealthValue = {
            .object(HealthValues(users.counts().map { ($0.window.description, .integer($0.users)) }))
        }
        return SnapshotProvider(component: "activeUsers", readings: [(key, counts)])
    }

    /// A check without values: it succeeds if the closure returns, and fails if it throws or misses its deadline.
    ///
    /// Without values, there is nothing to show as stale, so a critical check that fails makes the document fail at
    /// once. To tolerate some failures after the first answer, pass a larger `failureThreshold`. The parameters are
    /// those of the initialiser of ``SnapshotProvider``.
    public static func check(
        _ name: String,
        componentType: HealthComponentType = .component,
        critical: Bool = true,
        timeout: Duration = .milliseconds(500),
        maxAge: Duration = .seconds(5),
        refreshInterval: Duration? = nil,
        failureThreshold: Int = 1,
        successThreshold: Int = 1,
        executor: any TaskExecutor = ThreadExecutor(),
        _ check: @escaping @Sendable () async throws -> Void
    ) -> SnapshotProvider {
        SnapshotProvider(
            name,
            keys: [],
            componentType: componentType,
            critical: critical,
            timeout: timeout,
            maxAge: maxAge,
            staleIfError: .zero,
            refreshInterval: refreshInterval,
            failureThreshold: failureThreshold,
            successThreshold: successThreshold,
            executor: executor
        ) {
            try await check()
            return [:]
        }
    }

    /// A provider of facts about this process, as an object under one key: `pid`, `startedAt`, `cpuSeconds`,
    /// `residentMemoryBytes`, `threads`. Facts that the system does not provide (all but `pid` outside Linux) are
    /// `null`. Not critical.
    public static func process(key: String = "process") -> SnapshotProvider {
        SnapshotProvider(key, keys: [key], componentType: .system, critical: false) {
            [key: .object(ProcessFacts.current().values)]
        }
    }
}
