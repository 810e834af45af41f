/// A total that only grows, by fractional amounts: seconds of work, units of cost.
///
/// Whole amounts are cheaper and exact beyond 2^53 in a ``Counter``.
public struct FloatCounter: PlainInstrument {
    @usableFromInline
    let cell: SeriesCell

    /// Makes a handle to a series.
    @inlinable
    public init(cell: SeriesCell) {
        self.cell = cell
    }

    /// A counter.
    public static var plainKind: PlainKind { PlainKind(kind: .floatCounter) }

    /// Adds an amount. Lock-free: a compare-exchange loop. Does not allocate.
    ///
    /// - Parameter amount: How much to add. A negative one is dropped, and so is NaN or an infinity; each is counted in
    ///   `tally_rejected_updates_total{reason}`. The total stops at the largest finite `Double`.
    @inlinable
    public func increment(by amount: Double) {
        guard amount.isFinite else { return cell.reject(.notFinite) }
        guard amount >= 0 else { return cell.reject(.negative) }
        cell.add(amount)
    }

    /// Adds a duration, in seconds.
    public func increment(by duration: Duration) {
        increment(by: duration.inSeconds)
    }

    /// The total.
    public var value: Double { min(cell.double, .greatestFiniteMagnitude) }
}

extension Duration {
    /// The duration in seconds, correctly rounded where it is a whole number of nanoseconds that fits 63 bits.
    var inSeconds: Double {
        if let nanoseconds = wholeNanoseconds { return Double(nanoseconds) / 1e9 }
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }

    /// The duration in nanoseconds, cut; nil if they do not fit 63 bits (292 years).
    var wholeNanoseconds: Int64? {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return nil }
        let (sum, overflowToo) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflowToo ? nil : sum
    }
}
