/// Contributes whole families to a registry's exposition, computed at each scrape: of a pool, a queue, another library.
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
/// What counts while a server runs is better kept in instruments, which cost less and need no scrape. A collector is for
/// what is kept elsewhere.
public protocol MetricCollector: Sendable {
    /// What it fills. Asked once, when it is registered.
    var families: [CollectedFamily] { get }

    /// Fills them, at each scrape that shows one of them, on a thread of the scrape's own and under no lock.
    ///
    /// Never called twice at once: scrapes that come meanwhile share the answer. It may block. A scrape that it holds up
    /// for too long, or that is made inside it, leaves its families out, as do scrapes if it throws; each is counted in
    /// `tally_collector_errors_total{family}`, and nothing else is touched.
    func collect(into samples: inout CollectedSamples) throws
}

/// A collector that has to wait for what it contributes.
///
/// It is asked by ``MetricRegistry/collect(for:)``, which a `/metrics` route awaits before it asks for the
/// exposition; `TallyListener` does so by itself.
public protocol AsyncMetricCollector: Sendable {
    /// What it fills. Asked once, when it is registered.
    var families: [CollectedFamily] { get }

    /// Fills them. Never called twice at a time: a scrape that comes meanwhile waits for the same answer, and one from inside it
    /// leaves its families out, as one from inside another collector does.
    ///
    /// If it throws, or takes longer than the scrape may, its families are left out and counted in
    /// `tally_collector_errors_total{family}`. So are they if nobody has asked it for a minute: an older answer says nothing
    /// of now.
    func collect(into samples: inout CollectedSamples) async throws
}

/// A family that a collector fills: its name, type and labels.
public struct CollectedFamily: Sendable {
    let name: String
    let help: String
    let kind: MetricKind
    let labelNames: [String]
    let buckets: Buckets
    let limit: Int

    /// A total that only grows; integers. `_total` is added to the name where it lacks it.
    ///
    /// - Parameters:
    ///   - name: Checked where the collector is registered.
    ///   - help: What it counts, for the reader of the exposition.
    ///   - labelNames: In the order in which values are given.
    ///   - limit: How many children it may have before the values of further ones are added up in one whose labels are
    ///     `other`.
    public static func counter(
        _ name: String,
        help: String,
        labelNames: [String] = [],
        limit: Int = MetricRegistry.defaultLimit
    ) -> CollectedFamily {
        CollectedFamily(name: name, help: help, kind: .counter, labelNames: labelNames, buckets: [], limit: limit)
    }

    /// A total that only grows, with fractions. The parameters are those of ``counter(_:help:labelNames:limit:)``.
    public static func floatCounter(
        _ name: String,
        help: String,
        labelNames: [String] = [],
        limit: Int = MetricRegistry.defaultLimit
    ) -> CollectedFamily {
        CollectedFamily(name: name, help: help, kind: .floatCounter, labelNames: labelNames, buckets: [], limit: limit)
    }

    /// A value that goes up and down. The parameters are those of ``counter(_:help:labelNames:limit:)``.
    public static func gauge(
        _ name: String,
        help: String,
        labelNames: [String] = [],
        limit: Int = MetricRegistry.defaultLimit
    ) -> CollectedFamily {
        CollectedFamily(name: name, help: help, kind: .gauge, labelNames: labelNames, buckets: [], limit: limit)
    }

    /// Counts by bucket. The other parameters are those of ``counter(_:help:labelNames:limit:)``.
    public static func histogram(
        _ name: String,
        help: String,
        labelNames: [String] = [],
        buckets: Buckets,
        limit: Int = MetricRegistry.defaultLimit
    ) -> CollectedFamily {
        CollectedFamily(
            name: name,
            help: help,
            kind: .histogram,
            labelNames: labelNames,
            buckets: buckets,
            limit: limit
        )
    }
}
