public import Synchronization

/// A total that only grows: requests served, connections accepted.
///
/// ```swift
/// let served = Counter("http_requests_total", help: "Requests served.", in: registry)
/// served.increment()
/// ```
///
/// A handle is a small value; copies count into the same total. Exposed at zero from registration. For fractional
/// amounts there is ``FloatCounter``.
public struct Counter: PlainInstrument {
    @usableFromInline
    let cell: SeriesCell

    /// Makes a handle to a series.
    @inlinable
    public init(cell: SeriesCell) {
        self.cell = cell
    }

    /// A counter.
    public static var plainKind: PlainKind { PlainKind(kind: .counter) }

    /// Adds one. Lock-free: one relaxed atomic addition. Does not allocate.
    @inlinable
    public func increment() {
        // At an addition a nanosecond, 2^63 are 292 years away.
        unsafe cell.words.pointee.wrappingAdd(1, ordering: .relaxed)
    }

    /// Adds an amount. Lock-free, does not allocate.
    ///
    /// - Parameter amount: How much to add. A negative one is dropped, and counted in
    ///   `tally_rejected_updates_total{reason="negative"}`: a counter never goes down. The total stops at `Int.max`.
    @inlinable
    public func increment(by amount: Int) {
        guard amount >= 0 else { return cell.reject(.negative) }
        guard amount < 1 << 48 else { return addSaturating(UInt64(amount)) }
        let (_, total) = unsafe cell.words.pointee.wrappingAdd(UInt64(truncatingIfNeeded: amount), ordering: .relaxed)
        if total > UInt64(Int64.max) { saturate() }
    }

    /// The total. Never negative.
    public var value: Int {
        Int(clamping: Self.total(unsafe cell.words.pointee.load(ordering: .relaxed)))
    }

    /// What a word says; see ``saturate()``.
    @inline(__always)
    static func total(_ word: UInt64) -> UInt64 { min(word, UInt64(Int64.max)) }

    @usableFromInline
    @inline(never)
    func addSaturating(_ amount: UInt64) {
        var current = unsafe cell.words.pointee.load(ordering: .relaxed)
        while true {
            let (sum, overflow) = current.addingReportingOverflow(amount)
            let next = overflow ? UInt64(Int64.max) : min(sum, UInt64(Int64.max))
            let (exchanged, original) = unsafe cell.words.pointee.weakCompareExchange(
                expected: current,
                desired: next,
                ordering: .relaxed
            )
            if exchanged { return }
            current = original
        }
    }

    /// Takes a total past `Int64.max` back to it. 2^15 threads would have to add 2^48 each, between another's addition
    /// and its call of this, for the word to wrap.
    @usableFromInline
    @inline(never)
    func saturate() {
        unsafe cell.words.pointee.store(UInt64(Int64.max), ordering: .relaxed)
    }
}
