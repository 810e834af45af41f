/// A value that can rise and fall: clients connected, bytes queued.
///
/// ```swift
/// let clients = Gauge("websocket_connected_clients", help: "Clients connected now.", in: registry)
/// try await clients.withIncrement { try await serve(client) }
/// ```
///
/// The gauge is exposed at zero from registration. A handle is a small value, and its copies update the same gauge.
/// Updates are lock-free and do not allocate. Use ``ObservedGauge`` for a value that can be read when it is scraped.
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

    /// The kind of a family of gauges.
    public static var _kind: _PlainKind<Self> { _PlainKind(layout) }

    /// Sets the value, which may be NaN or an infinity.
    @inlinable
    public func set(_ value: Double) { cell.store(value) }

    /// Sets the value. Integers are exact up to 2^53.
    @inlinable
    public func set(_ value: Int) { cell.store(Double(value)) }

    /// Sets the value to the current time of the machine's clock, in seconds since 1970-01-01 00:00:00 UTC.
    public func setToNow() { cell.store(WallClock.secondsSinceEpoch()) }

    /// Adds an amount, which may be negative. NaN and the infinities are dropped, because no later addition could
    /// repair the value, and counted in `tally_rejected_updates_total{reason="not_finite"}`.
    @inlinable
    public func add(_ amount: Double) {
        guard amount.isFinite else { return cell.reject(.notFinite) }
        cell.add(amount)
    }

    /// Adds an amount, one by default, as ``add(_:)`` does.
    @inlinable
    public func increment(by amount: Double = 1) { add(amount) }

    /// Subtracts an amount, one by default. Drops the amounts that ``add(_:)`` drops.
    @inlinable
    public func decrement(by amount: Double = 1) { add(-amount) }

    /// Adds one while `body` runs, even if it throws.
    @inlinable
    public func withIncrement<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        cell.add(1)
        defer { cell.add(-1) }
        return try body()
    }

    /// Adds one while `body` runs, even if it throws or is cancelled.
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

extension CollectedFamily {
    /// A gauge, whose value can rise and fall. The parameters are those of ``counter(_:help:labelNames:maxChildren:)``.
    public static func gauge(
        _ name: String,
        help: String,
        labelNames: [String] = [],
        maxChildren: Int = 1_000
    ) -> CollectedFamily {
        CollectedFamily(name, help, Gauge.layout, labelNames, maxChildren)
    }
}
