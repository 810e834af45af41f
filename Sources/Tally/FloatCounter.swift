/// A fractional total that increases monotonically: seconds of work, units of cost.
///
/// ```swift
/// let busy = FloatCounter("worker_busy_seconds_total", help: "Time spent on jobs.", in: registry)
/// busy.increment(by: .milliseconds(1_500))
/// ```
///
/// Prefer ``Counter`` for integer amounts: it is faster, and exact beyond 2^53.
public struct FloatCounter: PlainInstrument {
    @usableFromInline
    let cell: SeriesCell

    @inlinable
    init(cell: SeriesCell) {
        self.cell = cell
    }

    /// Makes a handle to a series.
    @inlinable
    public static func _handle(to series: _Series<Self>) -> Self { Self(cell: series.cell) }

    /// The kind of a family of fractional counters.
    public static var _kind: _PlainKind<Self> { _PlainKind(layout) }

    /// Adds an amount, one by default. Lock-free: a compare-exchange loop. Does not allocate.
    ///
    /// - Parameter amount: The amount to add. A negative amount, NaN or an infinity is dropped and counted in
    ///   `tally_rejected_updates_total{reason}`. The total stops at the largest finite `Double`.
    @inlinable
    public func increment(by amount: Double = 1) {
        guard amount.isFinite else { return cell.reject(.notFinite) }
        guard amount >= 0 else { return cell.reject(.negative) }
        cell.add(amount)
    }

    /// Adds a duration, in seconds.
    public func increment(by duration: Duration) { increment(by: duration.inSeconds) }

    /// The total.
    public var value: Double { cell.double }

    static let layout = InstrumentLayout(
        kind: "counter with fractions",
        type: "counter",
        nameSuffix: "_total",
        sampleSuffixes: ["_created"],
        hasCreated: true,
        values: .numbers(canFall: false)
    )
}

extension CollectedFamily {
    /// A fractional total that increases monotonically. The parameters are those of
    /// ``counter(_:help:labelNames:maxChildren:)``.
    public static func floatCounter(
        _ name: String,
        help: String,
        labelNames: [String] = [],
        maxChildren: Int = 1_000
    ) -> CollectedFamily {
        CollectedFamily(name, help, FloatCounter.layout, labelNames, maxChildren)
    }
}
