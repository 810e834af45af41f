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
    /// The number of stripes minus one: zero unless the counter is contended.
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

    /// Calls `body` with the word of the calling thread's stripe.
    @inlinable
    @inline(__always)
    func withWord<Result>(_ body: (UnsafeMutablePointer<Atomic<UInt64>>) -> Result) -> Result {
        unsafe cell.withWords { words in
            guard stripeMask != 0 else { return unsafe body(words) }
            return unsafe body(words + Stripes.current(mask: stripeMask) &* Stripes.words)
        }
    }

    /// The kind of a family of counters.
    public static var _kind: _PlainKind<Self> { _PlainKind(layout) }

    /// Adds one. Lock-free: one relaxed atomic addition. Does not allocate.
    @inlinable
    public func increment() {
        // At one addition a nanosecond, the total reaches 2^63 after 292 years.
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
        unsafe Int(clamping: cell.withWords { unsafe Self.total(SeriesWords($0), stripes: Int(stripeMask) + 1) })
    }

    @usableFromInline
    @inline(never)
    func addSaturating(_ amount: UInt64) {
        unsafe withWord { word in
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
    }

    /// Resets a total beyond `Int64.max` to `Int64.max`. The word could wrap only if 2^15 threads each added 2^48
    /// between another thread's addition and its call of this method.
    @usableFromInline
    @inline(never)
    static func saturate(_ word: UnsafeMutablePointer<Atomic<UInt64>>) {
        unsafe word.pointee.store(UInt64(Int64.max), ordering: .relaxed)
    }
}

extension Counter {
    static let layout = InstrumentLayout(
        kind: "counter",
        type: "counter",
        nameSuffix: "_total",
        sampleSuffixes: ["_created"],
        hasCreated: true,
        values: .totals,
        traits: [.init("contention", "not contended")]
    )

    private static func layout(isContended: Bool) -> InstrumentLayout {
        var layout = layout
        guard isContended else { return layout }
        layout.stripes = Stripes.count
        layout.values = .read { words, _, values in values[0] = .integer(total(words, stripes: Stripes.count)) }
        layout.traits = [.init("contention", "contended")]
        return layout
    }

    private static func total(_ words: SeriesWords, stripes: Int) -> UInt64 {
        // The sum of two totals of at most 2^63 - 1 does not overflow.
        (0..<stripes).reduce(0) { Total.clamped($0 &+ Total.clamped(words[$1 * Stripes.words])) }
    }
}

extension Counter {
    /// Registers a counter that many cores increment concurrently, or returns the registered one of the same
    /// definition. Traps if the name is invalid or has another definition.
    ///
    /// A contended total is spread over four pairs of cache lines for each core (1 to 16 KiB), so increments scale with
    /// the cores. This is worth its memory from some millions of increments a second. Without contention, it costs the
    /// same as any counter.
    ///
    /// - Parameter contended: True to spread the total. The other parameters are those of ``init(_:help:in:)``.
    public init(_ name: StaticString, help: String, contended: Bool, in registry: MetricRegistry) {
        self.init(literal: FamilyRequest("\(name)", help, Self.layout(isContended: contended)), in: registry)
    }

    /// Registers a counter whose name is known only at run time, contended or not. Throws instead of trapping.
    public init(
        validating name: String,
        help: String,
        contended: Bool,
        in registry: MetricRegistry
    ) throws(RegistrationError) {
        try self.init(FamilyRequest(name, help, Self.layout(isContended: contended)), in: registry)
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
