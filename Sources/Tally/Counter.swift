public import Synchronization

/// An integer total that increases monotonically: requests served, connections accepted.
///
/// ```swift
/// let served = Counter("http_requests_total", help: "Requests served.", in: registry)
/// served.increment()
/// ```
///
/// The counter is exposed at zero from registration. A handle is a small value, and its copies count into the same
/// total. Use ``FloatCounter`` for fractional amounts, and `contended: true` for a counter that many cores increment
/// concurrently.
public struct Counter: PlainInstrument {
    @usableFromInline
    let cell: SeriesCell
    /// The number of stripes minus one, which is zero unless the counter is contended, and flags of `Stripes`.
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

    /// The kind of a family of counters.
    public static var _kind: _PlainKind<Self> { _PlainKind(layout, contended: contended) }

    /// Adds one. Lock-free: one relaxed atomic addition. Does not allocate.
    @inlinable
    public func increment() {
        unsafe cell.withWords { unsafe Self.addOne(to: $0, stripeMask) }
        if stripeMask >= Stripes.samples { cell.sampleExemplar(of: 1) }
    }

    /// Adds an amount. Lock-free, does not allocate.
    ///
    /// - Parameter amount: The amount to add. A negative amount is dropped and counted in
    ///   `tally_rejected_updates_total{reason="negative"}`. The total saturates at `Int.max`.
    @inlinable
    public func increment(by amount: Int) {
        guard amount >= 0 else { return cell.reject(.negative) }
        unsafe cell.withWords { unsafe Self.add(UInt64(truncatingIfNeeded: amount), to: $0, stripeMask) }
        if stripeMask >= Stripes.samples { cell.sampleExemplar(of: Double(amount)) }
    }

    /// Adds an amount and replaces the counter's exemplar, which OpenMetrics exposes. Allocates, and takes a lock that
    /// only exemplars use.
    ///
    /// - Parameters:
    ///   - amount: The amount to add. A negative amount is dropped together with its exemplar.
    ///   - exemplar: Labels that identify an example, such as a trace.
    public func increment(by amount: Int = 1, exemplar: Exemplar) {
        guard amount >= 0 else { return cell.reject(.negative) }
        unsafe cell.withWords { unsafe Self.add(UInt64(truncatingIfNeeded: amount), to: $0, stripeMask) }
        cell.keep(exemplar, of: Double(amount))
    }

    /// The total. Never negative.
    public var value: Int {
        let stripes = Stripes.count(of: stripeMask)
        return unsafe Int(clamping: cell.withWords { unsafe Self.total(SeriesWords($0), stripes: stripes) })
    }

    @usableFromInline
    static func isExemplarDue(_ counter: UnsafePointer<Counter>) -> Bool {
        unsafe counter.pointee.cell.block.isExemplarDue(counter.pointee.cell.words, 0)
    }

    // MARK: Words

    @inlinable
    @inline(__always)
    static func addOne(to words: UnsafeMutablePointer<Atomic<UInt64>>, _ stripeMask: UInt) {
        // At one addition a nanosecond, the total reaches 2^63 after 292 years.
        _ = unsafe Stripes.word(of: words, stripeMask).pointee.wrappingAdd(1, ordering: .relaxed)
    }

    @inlinable
    @inline(__always)
    static func add(_ amount: UInt64, to words: UnsafeMutablePointer<Atomic<UInt64>>, _ stripeMask: UInt) {
        let word = unsafe Stripes.word(of: words, stripeMask)
        guard amount < 1 << 48 else { return unsafe addSaturating(amount, to: word) }
        let (_, total) = unsafe word.pointee.wrappingAdd(amount, ordering: .relaxed)
        if total > UInt64(Int64.max) { unsafe saturate(word) }
    }

    @usableFromInline
    @inline(never)
    static func addSaturating(_ amount: UInt64, to word: UnsafeMutablePointer<Atomic<UInt64>>) {
        var current = unsafe word.pointee.load(ordering: .relaxed)
        while true {
            let (sum, overflow) = current.addingReportingOverflow(amount)
            let next = overflow ? UInt64(Int64.max) : Total.clamped(sum)
            let (exchanged, original) = unsafe word.pointee.weakCompareExchange(
                expected: current,
                desired: next,
                ordering: .relaxed
            )
            if exchanged { return }
            current = original
        }
    }

    /// Resets a total beyond `Int64.max` to `Int64.max`. The word could wrap only if 2^15 threads each added 2^48
    /// between another thread's addition and its call of this method.
    @usableFromInline
    @inline(never)
    static func saturate(_ word: UnsafeMutablePointer<Atomic<UInt64>>) {
        var current = unsafe word.pointee.load(ordering: .relaxed)
        // Only as long as it is beyond, because the counter may have been reset meanwhile.
        while current > UInt64(Int64.max) {
            let (exchanged, original) = unsafe word.pointee.weakCompareExchange(
                expected: current,
                desired: UInt64(Int64.max),
                ordering: .relaxed
            )
            if exchanged { return }
            current = original
        }
    }
}

extension Family where Child == Counter {
    /// Adds one to the child of a label set, which the family creates if it does not exist.
    ///
    /// Does not make a handle, so that threads do not compete for a reference count: prefer it to `self[labels]`
    /// wherever no handle is kept. Lock-free and without allocation if the child exists; see ``LabelSet``.
    @inlinable
    public func increment(for labels: Labels) {
        var due: Counter?
        unsafe core.withHandle(of: labels) {
            unsafe Counter.addOne(to: $0.pointee.cell.words, $0.pointee.stripeMask)
            if unsafe $0.pointee.stripeMask >= Stripes.samples && Counter.isExemplarDue($0) {
                due = unsafe $0.pointee
            }
        }
        if let due { due.cell.sampleExemplar(of: 1) }
    }

    /// Adds an amount to the child of a label set, like ``increment(for:)``.
    ///
    /// - Parameters:
    ///   - amount: The amount to add. A negative amount is dropped and counted in
    ///     `tally_rejected_updates_total{reason="negative"}`.
    ///   - labels: The label set of the child.
    @inlinable
    public func increment(by amount: Int, for labels: Labels) {
        guard amount >= 0 else { return core.reject(.negative) }
        var due: Counter?
        unsafe core.withHandle(of: labels) {
            unsafe Counter.add(UInt64(truncatingIfNeeded: amount), to: $0.pointee.cell.words, $0.pointee.stripeMask)
            if unsafe $0.pointee.stripeMask >= Stripes.samples && Counter.isExemplarDue($0) {
                due = unsafe $0.pointee
            }
        }
        if let due { due.cell.sampleExemplar(of: Double(amount)) }
    }
}

extension Counter {
    static let layout = InstrumentLayout(
        kind: "counter",
        type: .counter,
        nameSuffix: "_total",
        sampleSuffixes: ["_created"],
        takesExemplars: true,
        hasCreated: true,
        values: .totals,
        traits: [.uncontended]
    )

    private static var contended: InstrumentLayout.Values {
        .read { words, _, values in values[0] = .integer(total(words, stripes: Stripes.count)) }
    }

    private static func total(_ words: SeriesWords, stripes: Int) -> UInt64 {
        // The sum of two totals of at most 2^63 - 1 does not overflow.
        (0..<stripes).reduce(0) { Total.clamped($0 &+ Total.clamped(words[$1 * Stripes.words])) }
    }
}

extension CollectedFamily {
    /// An integer total that increases monotonically. `_total` is appended to the name if it is missing.
    ///
    /// - Parameters:
    ///   - name: The name, checked when the collector is registered.
    ///   - help: The help text, exposed in the `# HELP` line.
    ///   - labelNames: The label names, in the order in which the collector passes the values.
    ///   - maxChildren: The maximum number of children. Values of further label sets are added up in one child, whose
    ///     label values are `other`.
    public static func counter(
        _ name: String,
        help: String,
        labelNames: [String] = [],
        maxChildren: Int = 1_000
    ) -> CollectedFamily {
        CollectedFamily(name, help, Counter.layout, labelNames, maxChildren)
    }
}
