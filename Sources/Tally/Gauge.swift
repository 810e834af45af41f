public import Synchronization

/// A value that can rise and fall: clients connected, bytes queued.
///
/// ```swift
/// let clients = Gauge("websocket_connected_clients", help: "Clients connected now.", in: registry)
/// try await clients.withIncrement { try await serve(client) }
/// ```
///
/// The gauge is exposed at zero from registration. A handle is a small value, and its copies update the same gauge.
/// Updates are lock-free and do not allocate, except that threads that set a contended gauge wait for each other, and
/// its readers for them: do not set or read one in a signal handler. Use ``ObservedGauge`` for a value that can be read
/// when it is scraped.
public struct Gauge: PlainInstrument {
    @usableFromInline
    let cell: SeriesCell
    /// Zero unless the value is spread over stripes.
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

    /// The kind of a family of gauges.
    public static var _kind: _PlainKind<Self> { _PlainKind(layout, contended: contended) }

    /// Sets the value, which may be NaN or an infinity.
    @inlinable
    public func set(_ value: Double) { unsafe cell.withWords { unsafe Self.set(value, $0, stripeMask) } }

    /// Sets the value. Integers are exact up to 2^53.
    @inlinable
    public func set(_ value: Int) { set(Double(value)) }

    /// Sets the value to the current time of the machine's clock, in seconds since 1970-01-01 00:00:00 UTC.
    public func setToNow() { set(WallClock.secondsSinceEpoch()) }

    /// Adds an amount, which may be negative. NaN and the infinities are dropped, because no later addition could
    /// repair the value, and counted in `tally_rejected_updates_total{reason="not_finite"}`.
    @inlinable
    public func add(_ amount: Double) {
        guard amount.isFinite else { return cell.reject(.notFinite) }
        addFinite(amount)
    }

    /// Adds an amount, one by default, as ``add(_:)`` does.
    @inlinable
    public func increment(by amount: Double = 1) { add(amount) }

    /// Subtracts an amount, one by default. Drops the amounts that ``add(_:)`` drops.
    @inlinable
    public func decrement(by amount: Double = 1) { add(-amount) }

    /// Adds one while `body` runs, even if it throws.
    @inlinable
    public func withIncrement<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        addFinite(1)
        defer { addFinite(-1) }
        return try body()
    }

    /// Adds one while `body` runs, even if it throws or is cancelled.
    @inlinable
    public func withIncrement<Result, Failure: Error>(
        _ body: () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        addFinite(1)
        defer { addFinite(-1) }
        return try await body()
    }

    /// The value.
    public var value: Double { unsafe cell.withWords { unsafe Self.value(SeriesWords($0), stripeMask) } }

    static let layout = InstrumentLayout(
        kind: "gauge",
        type: .gauge,
        values: .numbers(canFall: true),
        traits: [.uncontended]
    )

    private static var contended: InstrumentLayout.Values {
        .read { words, _, values in values[0] = .number(value(words, UInt(Stripes.count - 1))) }
    }

    // MARK: Words

    @inlinable
    @inline(__always)
    func addFinite(_ amount: Double) {
        unsafe cell.withWords { unsafe Stripes.word(of: $0, stripeMask).pointee.addDouble(amount) }
    }

    @inlinable
    @inline(__always)
    static func set(_ value: Double, _ words: UnsafeMutablePointer<Atomic<UInt64>>, _ stripeMask: UInt) {
        guard stripeMask == 0 else { return unsafe setStripes(value, words, stripeMask) }
        unsafe words.pointee.store(value.bitPattern, ordering: .relaxed)
    }

    /// Sets one stripe to the value, and the others to zero. The word after the first stripe's is odd meanwhile, so
    /// that no reader adds up stripes of two values. An addition at the same time counts before the value is set, or
    /// after.
    @usableFromInline
    @inline(never)
    static func setStripes(_ value: Double, _ words: UnsafeMutablePointer<Atomic<UInt64>>, _ stripeMask: UInt) {
        var version = unsafe words[1].load(ordering: .relaxed)
        while true {
            if version & 1 != 0 {
                System.yield()
                version = unsafe words[1].load(ordering: .relaxed)
                continue
            }
            let (exchanged, original) = unsafe words[1].weakCompareExchange(
                expected: version,
                desired: version &+ 1,
                ordering: .acquiring
            )
            if exchanged { break }
            version = original
        }
        atomicMemoryFence(ordering: .releasing)
        unsafe words.pointee.store(value.bitPattern, ordering: .relaxed)
        for stripe in 1...Int(stripeMask) { unsafe words[stripe * Stripes.words].store(0, ordering: .relaxed) }
        unsafe words[1].store(version &+ 2, ordering: .releasing)
    }

    private static func value(_ words: SeriesWords, _ stripeMask: UInt) -> Double {
        guard stripeMask != 0 else { return Double(bitPattern: words[0]) }
        let version = unsafe words.word(1)
        let first = unsafe version.pointee.load(ordering: .relaxed)
        while true {
            let before = unsafe version.pointee.load(ordering: .acquiring)
            // Setters that never pause must not hold up a reader indefinitely. The first stripe has the value of one
            // that began after the reader. Concurrent additions to other stripes count after this reading.
            if before &- first >= 16 { return Double(bitPattern: words[0]) }
            let sum = words.sum(stripes: Int(stripeMask) + 1)
            atomicMemoryFence(ordering: .acquiring)
            let after = unsafe version.pointee.load(ordering: .relaxed)
            if before & 1 == 0, after == before { return sum }
            System.yield()
        }
    }
}

extension Family where Child == Gauge {
    /// Sets the value of the child of a label set, without making a handle.
    ///
    /// Lock-free and without allocation if the child exists; see ``LabelSet``. NaN and the infinities are exposed.
    @inlinable
    public func set(_ value: Double, for labels: Labels) {
        unsafe core.withHandle(of: labels) {
            unsafe Gauge.set(value, $0.pointee.cell.words, $0.pointee.stripeMask)
        }
    }

    /// Sets the value of the child of a label set to an integer.
    @inlinable
    public func set(_ value: Int, for labels: Labels) { set(Double(value), for: labels) }

    /// Adds an amount, which may be negative, to the child of a label set. NaN and the infinities are dropped and
    /// counted in `tally_rejected_updates_total{reason="not_finite"}`.
    @inlinable
    public func add(_ amount: Double, for labels: Labels) {
        guard amount.isFinite else { return core.reject(.notFinite) }
        unsafe core.withHandle(of: labels) {
            unsafe Stripes.word(of: $0.pointee.cell.words, $0.pointee.stripeMask).pointee.addDouble(amount)
        }
    }

    /// Adds an amount to the child of a label set.
    @inlinable
    public func increment(by amount: Double = 1, for labels: Labels) { add(amount, for: labels) }

    /// Subtracts an amount from the child of a label set.
    @inlinable
    public func decrement(by amount: Double = 1, for labels: Labels) { add(-amount, for: labels) }
}

extension CollectedFamily {
    /// A gauge, whose value can rise and fall. The parameters are those of ``counter(_:help:labelNames:maxChildren:)``.
    public static func gauge(
        _ name: String,
        help: String,
        labelNames: [String] = [],
        maxChildren: Int = 1_000
    ) -> CollectedFamily {
        CollectedFamily(name, help, Gauge.layout, labelNames, maxChildren)
    }
}
