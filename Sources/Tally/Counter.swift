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
///
/// A counter that every core increments all the time can be made `contended`: it is then spread over cache lines, and
/// scales with the cores. See ``init(_:help:contended:in:)``.
public struct Counter: PlainInstrument {
    @usableFromInline
    let cell: SeriesCell
    /// 0 unless the counter is spread over stripes.
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

    /// Lends the word to count in.
    @inlinable
    @inline(__always)
    func withWord<Result>(_ body: (UnsafeMutablePointer<Atomic<UInt64>>) -> Result) -> Result {
        unsafe cell.withWords { words in
            guard stripeMask != 0 else { return unsafe body(words) }
            return unsafe body(words + Stripes.current(mask: stripeMask) &* Stripes.words)
        }
    }

    /// The kind of a family of these.
    public static var _kind: _PlainKind<Self> { _PlainKind(.counter) }

    /// Adds one. Lock-free: one relaxed atomic addition. Does not allocate.
    @inlinable
    public func increment() {
        // At an addition a nanosecond, 2^63 are 292 years away.
        unsafe withWord { _ = unsafe $0.pointee.wrappingAdd(1, ordering: .relaxed) }
    }

    /// Adds an amount. Lock-free, does not allocate.
    ///
    /// - Parameter amount: How much to add. A negative one is dropped, and counted in
    ///   `tally_rejected_updates_total{reason="negative"}`: a counter never goes down. The total stops at `Int.max`.
    @inlinable
    public func increment(by amount: Int) {
        guard amount >= 0 else { return cell.reject(.negative) }
        guard amount < 1 << 48 else { return addSaturating(UInt64(amount)) }
        unsafe withWord { word in
            let (_, total) = unsafe word.pointee.wrappingAdd(UInt64(truncatingIfNeeded: amount), ordering: .relaxed)
            if total > UInt64(Int64.max) { unsafe Self.saturate(word) }
        }
    }

    /// Adds an amount, and keeps an example of it for OpenMetrics in the place of the last one. Allocates, and takes a lock
    /// that only exemplars use.
    ///
    /// - Parameters:
    ///   - amount: How much to add; a negative one is dropped with its exemplar, as ``increment(by:)`` does.
    ///   - exemplar: By what the example can be found elsewhere.
    public func increment(by amount: Int = 1, exemplar: Exemplar) {
        increment(by: amount)
        if amount >= 0 { cell.keep(exemplar, of: Double(amount)) }
    }

    /// The total. Never negative.
    public var value: Int {
        unsafe Int(clamping: cell.withWords { unsafe Self.total($0, stripes: Int(stripeMask) + 1) })
    }

    /// The total of a series' words.
    static func total(_ words: UnsafeMutablePointer<Atomic<UInt64>>, stripes: Int) -> UInt64 {
        var sum: UInt64 = 0
        for stripe in 0..<stripes {
            // Two of at most 2^63 - 1 do not overflow.
            sum = total(sum &+ total(unsafe words[stripe * Stripes.words].load(ordering: .relaxed)))
        }
        return sum
    }

    /// What a word says; see ``saturate(_:)``.
    @inline(__always)
    static func total(_ word: UInt64) -> UInt64 { min(word, UInt64(Int64.max)) }

    @usableFromInline
    @inline(never)
    func addSaturating(_ amount: UInt64) {
        unsafe withWord { word in
            var current = unsafe word.pointee.load(ordering: .relaxed)
            while true {
                let (sum, overflow) = current.addingReportingOverflow(amount)
                let next = overflow ? UInt64(Int64.max) : Self.total(sum)
                let (exchanged, original) = unsafe word.pointee.weakCompareExchange(
                    expected: current,
                    desired: next,
                    ordering: .relaxed
                )
                if exchanged { return }
                current = original
            }
        }
    }

    /// Takes a total past `Int64.max` back to it. 2^15 threads would have to add 2^48 each, between another's addition
    /// and its call of this, for the word to wrap.
    @usableFromInline
    @inline(never)
    static func saturate(_ word: UnsafeMutablePointer<Atomic<UInt64>>) {
        unsafe word.pointee.store(UInt64(Int64.max), ordering: .relaxed)
    }
}
