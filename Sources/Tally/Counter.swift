public import Synchronization

/// An integer total that increases monotonically: requests served, connections accepted.
///
/// ```swift
/// let served = Counter("http_requests_total", help: "Requests served.", in: registry)
/// served.increment()
/// ```
///
/// The counter is exposed at zero from registration. A handle is a small value, and its copies count into the same
/// total. Use ``FloatCounter`` for fractional amounts, and ``init(_:help:contended:in:)`` for a counter that many cores
/// increment concurrently.
public struct Counter: PlainInstrument {
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

    /// Passes the word to count in to a closure.
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
    /// - Parameter amount: The amount to add. A negative amount is dropped and counted in
    ///   `tally_rejected_updates_total{reason="negative"}`. The total saturates at `Int.max`.
    @inlinable
    public func increment(by amount: Int) {
        guard amount >= 0 else { return cell.reject(.negative) }
        guard amount < 1 << 48 else { return addSaturating(UInt64(amount)) }
        unsafe withWord { word in
            let (_, total) = unsafe word.pointee.wrappingAdd(UInt64(truncatingIfNeeded: amount), ordering: .relaxed)
            if total > UInt64(Int64.max) { unsafe Self.saturate(word) }
        }
    }

    /// Adds an amount and replaces the counter's exemplar, which OpenMetrics exposes. Allocates, and takes a lock that
    /// only exemplars use.
    ///
    /// - Parameters:
    ///   - amount: The amount to add. A negative amount is dropped together with its exemplar.
    ///   - exemplar: Labels that identify an example, such as a trace.
    public func increment(by amount: Int = 1, exemplar: Exemplar) {
        increment(by: amount)
        if amount >= 0 { cell.keep(exemplar, of: Double(amount)) }
    }

    /// The total. Never negative.
    public var value: Int {
        unsafe Int(clamping: cell.withWords { unsafe Self.total($0, stripes: Int(stripeMask) + 1) })
    }

    /// The total over the words of a series.
    static func total(_ words: UnsafeMutablePointer<Atomic<UInt64>>, stripes: Int) -> UInt64 {
        var sum: UInt64 = 0
        for stripe in 0..<stripes {
            // Two of at most 2^63 - 1 do not overflow.
            sum = total(sum &+ total(unsafe words[stripe * Stripes.words].load(ordering: .relaxed)))
        }
        return sum
    }

    /// The total in a word; see ``saturate(_:)``.
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

    /// Resets a total beyond `Int64.max` to `Int64.max`. For the word to wrap, 2^15 threads would have to add 2^48 each
    /// between another thread's addition and its call of this method.
    @usableFromInline
    @inline(never)
    static func saturate(_ word: UnsafeMutablePointer<Atomic<UInt64>>) {
        unsafe word.pointee.store(UInt64(Int64.max), ordering: .relaxed)
    }
}
