/// Contributes whole families to a registry's exposition, computed at each scrape from the state of other code.
///
/// ```swift
/// struct PoolCollector: MetricCollector {
///     static let connections = CollectedFamily.gauge("pool_size", help: "Connections.", labelNames: ["state"])
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
/// Use a collector for a pool, a queue or another library. Prefer instruments for values that change as the server
/// runs: they cost less and need no scrape.
public protocol MetricCollector: Sendable {
    /// The families that the collector fills. Read once, at registration.
    var families: [CollectedFamily] { get }

    /// Sets the values of the families. Called for each scrape that exposes at least one of them, under no lock, on a
    /// thread that the scrape creates.
    ///
    /// Never called concurrently: scrapes that arrive during a call share its answer. The method may block. If it
    /// throws or exceeds a scrape's timeout, that scrape omits the collector's families, counts each in
    /// `tally_scrape_errors_total{family}`, and is otherwise unaffected. So does a scrape that the method itself makes.
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
    /// same answer. A scrape that this method makes, or another collector while this one runs, omits the families.
    ///
    /// If the method throws or exceeds the scrape's timeout, the families are omitted and counted in
    /// `tally_scrape_errors_total{family}`. The same happens if the last answer is more than a minute old.
    func collect(into samples: inout CollectedSamples) async throws
}
