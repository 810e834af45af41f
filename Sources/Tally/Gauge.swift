/// A value that goes up and down: clients connected, bytes queued.
///
/// ```swift
/// let clients = Gauge("websocket_connected_clients", help: "Clients connected now.", in: registry)
/// try await clients.withIncrement { try await serve(client) }
/// ```
///
/// A handle is a small value; copies set the same gauge. Exposed at zero from registration. Updates are lock-free and
/// do not allocate.
public struct Gauge: PlainInstrument {
    @usableFromInline
    let cell: SeriesCell

    @inlinable
    init(cell: SeriesCell) {
        self.cell = cell
    }

    /// Makes a handle to a series.
    @inlinable
    public static func _handle(to series: _Series<Self>) -> Self { Self(cell: series.cell) }

    /// The kind of a family of these.
    public static var _kind: _PlainKind<Self> { _PlainKind(layout) }

    /// Sets the value. NaN and the infinities are values a gauge may have.
    @inlinable
    public func set(_ value: Double) { cell.store(value) }

    /// Sets the value; exact up to 2^53.
    @inlinable
    public func set(_ value: Int) { cell.store(Double(value)) }

    /// Sets the value to the time now, in seconds since 1970-01-01 00:00:00 UTC, by the machine's clock.
    public func setToNow() { cell.store(WallClock.secondsSinceEpoch()) }

    /// Adds an amount, which may be negative.
    ///
    /// NaN and the infinities are dropped, and counted in `tally_rejected_updates_total{reason="not_finite"}`: no later
    /// addition could repair the value.
    @inlinable
    public func add(_ amount: Double) {
        guard amount.isFinite else { return cell.reject(.notFinite) }
        cell.add(amount)
    }

    /// Adds one, or an amount, as ``add(_:)`` does.
    @inlinable
    public func increment(by amount: Double = 1) { add(amount) }

    /// Subtracts one, or an amount, as ``add(_:)`` does.
    @inlinable
    public func decrement(by amount: Double = 1) { add(-amount) }

    /// Counts one more while `body` runs, also when it throws.
    @inlinable
    public func withIncrement<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        cell.add(1)
        defer { cell.add(-1) }
        return try body()
    }

    /// Counts one more while `body` runs, also when it throws or is cancelled.
    @inlinable
    public func withIncrement<Result, Failure: Error>(
        _ body: () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        cell.add(1)
        defer { cell.add(-1) }
        return try await body()
    }

    /// The value.
    public var value: Double { cell.double }

    static let layout = InstrumentLayout(kind: "gauge", type: "gauge", values: .numbers(canFall: true))
}

extension Gauge {
    /// Registers a gauge whose value a closure gives at each scrape.
    ///
    /// The closure runs on a thread of the scrape's own, under no lock, and never twice at once: scrapes that come
    /// meanwhile share its answer. It may use the registry, and it may block: a scrape that it holds up for too long, or
    /// that is made inside it, leaves the gauge out and counts that in `tally_scrape_errors_total{family}`.
    /// Registered again, the new closure takes the old one's place.
    public static func observing(
        _ name: StaticString,
        help: String,
        in registry: MetricRegistry,
        _ value: @escaping @Sendable () -> Double
    ) {
        RegistrationError.trapping { () throws(RegistrationError) in
            try observing(validating: "\(name)", help: help, in: registry, value)
        }
    }

    /// Registers an observing gauge whose name comes at run time.
    public static func observing(
        validating name: String,
        help: String,
        in registry: MetricRegistry,
        _ value: @escaping @Sendable () -> Double
    ) throws(RegistrationError) {
        let request = FamilyRequest(name, help, layout)
        _ = try registry.register(request, from: .closure { $0.onlyChild().store(value()) })
    }
}

extension CollectedFamily {
    /// A gauge, whose value can rise and fall. The parameters are those of ``counter(_:help:labelNames:maxChildren:)``.
    public static func gauge(
        _ name: String,
        help: String,
        labelNames: [String] = [],
        maxChildren: Int = MetricRegistry.defaultMaxChildren
    ) -> CollectedFamily {
        CollectedFamily(name, help, Gauge.layout, labelNames, maxChildren)
    }
}
