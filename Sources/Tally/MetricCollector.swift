/// Contributes whole families to a registry's exposition, computed at each scrape from a pool, a queue or another
/// library.
///
/// ```swift
/// struct PoolCollector: MetricCollector {
///     static let connections = CollectedFamily.gauge("pool_connections", help: "Connections.", labelNames: ["state"])
///     let pool: Pool
///     var families: [CollectedFamily] { [Self.connections] }
///
///     func collect(into samples: inout CollectedSamples) throws {
///         let state = try pool.state()
///         samples.set(Self.connections, ["idle"], to: Double(state.idle))
///         samples.set(Self.connections, ["busy"], to: Double(state.busy))
///     }
/// }
/// registry.register(PoolCollector(pool: pool))
/// ```
///
/// Prefer instruments for values that change as the server runs: they cost less and need no scrape. Use a collector for
/// state that is kept elsewhere.
public protocol MetricCollector: Sendable {
    /// The families that the collector fills. Read once, at registration.
    var families: [CollectedFamily] { get }

    /// Sets the values of the families. Called at each scrape that exposes one of them, on a thread of the scrape's own
    /// and under no lock.
    ///
    /// Never called concurrently: scrapes that arrive during a call share its answer. The method may block. If it
    /// throws, takes too long for a scrape, or is called by a scrape that it makes itself, that scrape omits the
    /// collector's families, counts each in `tally_scrape_errors_total{family}`, and is otherwise unaffected.
    func collect(into samples: inout CollectedSamples) throws
}

/// A collector that obtains its values asynchronously.
///
/// ``MetricRegistry/collect(for:)`` calls it. Await that method in a `/metrics` route before requesting the exposition;
/// `TallyListener` does so automatically.
public protocol AsyncMetricCollector: Sendable {
    /// The families that the collector fills. Read once, at registration.
    var families: [CollectedFamily] { get }

    /// Sets the values of the families. Never called concurrently: a scrape that arrives during a call waits for the
    /// same answer. A scrape made inside this collector, or inside another one while this one runs, omits the families.
    ///
    /// If the method throws or exceeds the scrape's time, its families are omitted and counted in
    /// `tally_scrape_errors_total{family}`. The same happens if it has not been called for a minute, because an
    /// older answer is out of date.
    func collect(into samples: inout CollectedSamples) async throws
}

/// The name, type and labels of a family that a collector fills.
public struct CollectedFamily: Sendable {
    let name: String
    let help: String
    let kind: MetricKind
    let labelNames: [String]
    let buckets: Buckets
    let maxChildren: Int

    /// A monotonically increasing integer. `_total` is appended to the name if it is missing.
    ///
    /// - Parameters:
    ///   - name: The name, checked when the collector is registered.
    ///   - help: A description of what is counted, for readers of the exposition.
    ///   - labelNames: The label names, in the order in which values are given.
    ///   - maxChildren: The maximum number of children. The values of further ones are added up in one child whose
    ///     labels are `other`.
    public static func counter(
        _ name: String,
        help: String,
        labelNames: [String] = [],
        maxChildren: Int = MetricRegistry.defaultMaxChildren
    ) -> CollectedFamily {
        CollectedFamily(
            name: name,
            help: help,
            kind: .counter,
            labelNames: labelNames,
            buckets: [],
            maxChildren: maxChildren
        )
    }

    /// A monotonically increasing number with fractions. The parameters are those of
    /// ``counter(_:help:labelNames:maxChildren:)``.
    public static func floatCounter(
        _ name: String,
        help: String,
        labelNames: [String] = [],
        maxChildren: Int = MetricRegistry.defaultMaxChildren
    ) -> CollectedFamily {
        CollectedFamily(
            name: name,
            help: help,
            kind: .floatCounter,
            labelNames: labelNames,
            buckets: [],
            maxChildren: maxChildren
        )
    }

    /// A gauge, whose value can rise and fall. The parameters are those of ``counter(_:help:labelNames:maxChildren:)``.
    public static func gauge(
        _ name: String,
        help: String,
        labelNames: [String] = [],
        maxChildren: Int = MetricRegistry.defaultMaxChildren
    ) -> CollectedFamily {
        CollectedFamily(
            name: name,
            help: help,
            kind: .gauge,
            labelNames: labelNames,
            buckets: [],
            maxChildren: maxChildren
        )
    }

    /// A histogram, which counts observations by bucket. The other parameters are those of
    /// ``counter(_:help:labelNames:maxChildren:)``.
    public static func histogram(
        _ name: String,
        help: String,
        labelNames: [String] = [],
        buckets: Buckets,
        maxChildren: Int = MetricRegistry.defaultMaxChildren
    ) -> CollectedFamily {
        CollectedFamily(
            name: name,
            help: help,
            kind: .histogram,
            labelNames: labelNames,
            buckets: buckets,
            maxChildren: maxChildren
        )
    }
}
