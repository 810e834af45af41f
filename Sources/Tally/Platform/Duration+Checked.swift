extension Duration {
    /// The duration in seconds, correctly rounded where it is a whole number of nanoseconds that fits 63 bits.
    ///
    /// `components` traps for durations that a clock or a host can make; the attoseconds always exist.
    package var inSeconds: Double {
        let (nanoseconds, rest) = attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        if rest == 0, let nanoseconds = Int64(exactly: nanoseconds) { return Double(nanoseconds) / 1e9 }
        return Double(attoseconds) / 1e18
    }

    /// The duration in nanoseconds, cut; nil if they do not fit 63 bits (292 years).
    package var wholeNanoseconds: Int64? {
        // Up to nine seconds, which is nearly all that is timed: a division of 128 bits takes longer than the counting.
        if let attoseconds = Int64(exactly: attoseconds) { return attoseconds / 1_000_000_000 }
        return Int64(exactly: attoseconds / 1_000_000_000)
    }

    /// The time since an earlier one, saturated at the limits of durations.
    package func since(_ earlier: Duration) -> Duration {
        let (difference, overflow) = attoseconds.subtractingReportingOverflow(earlier.attoseconds)
        guard overflow else { return Duration(attoseconds: difference) }
        return Duration(attoseconds: attoseconds < 0 ? .min : .max)
    }

    /// The sum, at most as far as durations go.
    package func adding(_ other: Duration) -> Duration {
        let (sum, overflow) = attoseconds.addingReportingOverflow(other.attoseconds)
        guard overflow else { return Duration(attoseconds: sum) }
        return Duration(attoseconds: attoseconds < 0 ? .min : .max)
    }
}
