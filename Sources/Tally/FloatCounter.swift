public import Synchronization

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
    /// Zero unless the total is spread over stripes.
    @usableFromInline
    let stripeMask: UInt

    @inlinable
    init(cell: SeriesCell) {
        self.cell = cell
        stripeMask = cell.block.stripeMask
    }

    /// Makes a handle to a series.
    @inlinable
    public static func _handle(to series: _Series<Self>) -> Self { Self(cell: series.cell) }

    /// The kind of a family of fractional counters.
    public static var _kind: _PlainKind<Self> { _PlainKind(layout, contended: contended) }

    /// Adds an amount, one by default. Lock-free: a compare-exchange loop. Does not allocate.
    ///
    /// - Parameter amount: The amount to add. A negative amount, NaN or an infinity is dropped and counted in
    ///   `tally_rejected_updates_total{reason}`. The total stops at the largest finite `Double`.
    @inlinable
    public func increment(by amount: Double = 1) {
        guard amount.isFinite else { return cell.reject(.notFinite) }
        guard amount >= 0 else { return cell.reject(.negative) }
        unsafe cell.withWords { unsafe Stripes.word(of: $0, stripeMask).pointee.addDouble(amount) }
    }

    /// Adds a duration, in seconds.
    public func increment(by duration: Duration) { increment(by: duration.inSeconds) }

    /// The total.
    public var value: Double {
        unsafe cell.withWords { unsafe Self.total(SeriesWords($0), stripes: Int(stripeMask) + 1) }
    }

    static let layout = InstrumentLayout(
        kind: "counter with fractions",
        type: .counter,
        nameSuffix: "_total",
        sampleSuffixes: ["_created"],
        hasCreated: true,
        values: .numbers(canFall: false),
        traits: [.uncontended]
    )

    private static var contended: InstrumentLayout.Values {
        .read { words, _, values in values[0] = .number(total(words, stripes: Stripes.count)) }
    }

    private static func total(_ words: SeriesWords, stripes: Int) -> Double {
        min(words.sum(stripes: stripes), .greatestFiniteMagnitude)
    }
}

extension Family where Child == FloatCounter {
    /// Adds an amount to the child of a label set, without making a handle.
    ///
    /// Lock-free and without allocation if the child exists; see ``LabelSet``.
    ///
    /// - Parameters:
    ///   - amount: The amount to add. NaN, the infinities and negative amounts are dropped and counted in
    ///     `tally_rejected_updates_total`.
    ///   - labels: The label set of the child.
    @inlinable
    public func increment(by amount: Double = 1, for labels: Labels) {
        guard amount.isFinite else { return core.reject(.notFinite) }
        guard amount >= 0 else { return core.reject(.negative) }
        unsafe core.withHandle(of: labels) {
            unsafe Stripes.word(of: $0.pointee.cell.words, $0.pointee.stripeMask).pointee.addDouble(amount)
        }
    }

    /// Adds a duration in seconds to the child of a label set.
    public func increment(by duration: Duration, for labels: Labels) {
        increment(by: duration.inSeconds, for: labels)
    }
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
