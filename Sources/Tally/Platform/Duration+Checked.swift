extension Duration {
    /// The duration in seconds, correctly rounded if it is a whole number of nanoseconds that fits 63 bits.
    ///
    /// Uses `attoseconds`, because `components` traps for some durations that a clock or a host can create.
    package var inSeconds: Double {
        let (nanoseconds, rest) = attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        if rest == 0, let nanoseconds = Int64(exactly: nanoseconds) { return Double(nanoseconds) / 1e9 }
        return Double(attoseconds) / 1e18
    }

    /// The duration in whole nanoseconds, truncated. Nil if it does not fit 63 bits (292 years).
    package var wholeNanoseconds: Int64? {
        // A 128-bit division takes longer than recording a time. Nearly all times are below nine seconds and avoid it.
        if let attoseconds = Int64(exactly: attoseconds) { return attoseconds / 1_000_000_000 }
        return Int64(exactly: attoseconds / 1_000_000_000)
    }

    /// The time since `earlier`, saturated at the limits of `Duration`.
    package func since(_ earlier: Duration) -> Duration {
        let (difference, overflow) = attoseconds.subtractingReportingOverflow(earlier.attoseconds)
        guard overflow else { return Duration(attoseconds: difference) }
        return Duration(attoseconds: attoseconds < 0 ? .min : .max)
    }

    /// The sum, saturated at the limits of `Duration`.
    package func adding(_ other: Duration) -> Duration {
        let (sum, overflow) = attoseconds.addingReportingOverflow(other.attoseconds)
        guard overflow else { return Duration(attoseconds: sum) }
        return Duration(attoseconds: attoseconds < 0 ? .min : .max)
    }
}
