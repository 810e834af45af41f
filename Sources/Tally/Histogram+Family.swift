extension Family where Child == Histogram {
    /// Counts a value in the child of a label set, without making a handle.
    ///
    /// Lock-free and without allocation if the child exists; see ``LabelSet``. The first value of an octave of native
    /// buckets allocates.
    ///
    /// - Parameters:
    ///   - value: The value. NaN and the infinities are dropped and counted in
    ///     `tally_rejected_updates_total{reason="not_finite"}`.
    ///   - labels: The label set of the child.
    @inlinable
    public func observe(_ value: Double, for labels: Labels) {
        guard value.isFinite else { return core.reject(.notFinite) }
        var due: Histogram?
        unsafe core.withHandle(of: labels) {
            guard unsafe Histogram.Words(of: $0).add(value) else { return core.reject(.outOfRange) }
            if unsafe $0.pointee.stripeMask >= Stripes.samples && Histogram.isExemplarDue($0, of: value) {
                due = unsafe $0.pointee
            }
        }
        if let due { due.sampleExemplar(of: value) }
    }

    /// Counts a duration, in seconds, in the child of a label set, without making a handle.
    @inlinable
    public func observe(_ duration: Duration, for labels: Labels) {
        var due: Histogram?
        unsafe core.withHandle(of: labels) {
            guard unsafe Histogram.Words(of: $0).add(duration) else { return core.reject(.outOfRange) }
            if unsafe $0.pointee.stripeMask >= Stripes.samples && Histogram.isExemplarDue($0, of: duration) {
                due = unsafe $0.pointee
            }
        }
        if let due { due.sampleExemplar(of: duration) }
    }
}
