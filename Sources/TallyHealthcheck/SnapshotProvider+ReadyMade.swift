public import Tally

// Providers for what Tally knows already. Those that only read cannot fail, and have no entry under `checks`.

extension SnapshotProvider {
    /// Counters' totals by key, read as the document is written. Cannot fail; neither locks nor waits.
    ///
    /// - Parameter units: The units by key, as in `["sentBytes": "byte"]`, for ``HealthFormat/healthJSON``.
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

    /// Gauges' values by key, read as the document is written; NaN and the infinities are `null`. Cannot fail; neither
    /// locks nor waits. An observing gauge has no handle, and belongs in a provider of its own.
    ///
    /// - Parameter units: The units by key, as in `["oldestSeconds": "s"]`, for ``HealthFormat/healthJSON``.
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

    /// Distinct users by window, as an object under one key: `{"24h":57,"7d":203}`. Cannot fail. Waits for no more than a
    /// shard's lock, unless there were more users than are kept exactly: then it looks at all of them.
    public static func activeUsers(_ key: String, _ users: ActiveUsers) -> SnapshotProvider {
        let counts: @Sendable () -> HealthValue = {
            .object(HealthValues(users.counts().map { ($0.window.description, .integer($0.users)) }))
        }
        return SnapshotProvider(component: "activeUsers", readings: [(key, counts)])
    }

    /// A check without values: it is well if the closure returns, and failed if it throws or misses its deadline.
    ///
    /// There are no last good values that could be shown for a while, so a critical check that fails is the document's
    /// failure at once; once it has answered, `failAfter` lets it fail a few times first. The parameters are those of ``init(_:keys:componentType:units:critical:timeout:freshFor:staleFor:refreshedEvery:failAfter:okAfter:executor:_:)``.
    public static func check(
        _ name: String,
        componentType: HealthComponentType = .component,
        critical: Bool = true,
        timeout: Duration = .milliseconds(500),
        freshFor: Duration = .seconds(5),
        refreshedEvery: Duration? = nil,
        failAfter: Int = 1,
        okAfter: Int = 1,
        executor: any TaskExecutor = ThreadExecutor(),
        _ check: @escaping @Sendable () async throws -> Void
    ) -> SnapshotProvider {
        SnapshotProvider(
            name,
            keys: [],
            componentType: componentType,
            critical: critical,
            timeout: timeout,
            freshFor: freshFor,
            staleFor: .zero,
            refreshedEvery: refreshedEvery,
            failAfter: failAfter,
            okAfter: okAfter,
            executor: executor
        ) {
            try await check()
            return [:]
        }
    }

    /// Facts about this process, as an object under one key: `pid`, `startedAt`, `cpuSeconds`, `residentMemoryBytes`,
    /// `threads`. What the system does not tell (all but `pid` outside of Linux) is `null`. Not critical.
    public static func process(key: String = "process") -> SnapshotProvider {
        SnapshotProvider(key, keys: [key], componentType: .system, critical: false) {
            [key: .object(ProcessFacts.current().values)]
        }
    }
}
