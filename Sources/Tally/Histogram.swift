public import Synchronization

/// The distribution of observations over fixed buckets: response times, message sizes.
///
/// ```swift
/// let latency = Histogram("http_request_duration_seconds", help: "Time to respond.", in: registry)
/// let answer = try await latency.time { try await respond() }
/// ```
///
/// The histogram is exposed at zero from registration. The buckets, `+Inf` and `_count` of one scrape always agree,
/// even while other threads observe. Negative observations are counted, although they decrease `_sum`.
@safe
public struct Histogram: Instrument {
    @usableFromInline
    let cell: SeriesCell
    @usableFromInline
    let bounds: UnsafePointer<Double>
    @usableFromInline
    let boundCount: Int
    /// The number of stripes minus one, which is zero unless the histogram is contended, and flags of `Stripes`.
    @usableFromInline
    let stripeMask: UInt
    /// The counts of the native buckets, retained by the cell's block. Nil if there are none.
    @usableFromInline
    let native: Unmanaged<OctaveTable>?

    /// Makes a handle to a series.
    @inlinable
    public static func _handle(to series: _Series<Self>) -> Self { Self(cell: series.cell) }

    @inlinable
    init(cell: SeriesCell) {
        self.cell = cell
        let bounds = cell.details(as: FixedBuffer<Double>.self)
        unsafe self.bounds = bounds.pointer
        boundCount = bounds.count
        stripeMask = cell.block.stripeMask
        unsafe native = cell.unretainedState(as: OctaveTable.self)
    }

    /// The plain words of a handle, for updates that do not count references to its block.
    @safe
    @usableFromInline
    struct Words {
        @usableFromInline
        let words: UnsafeMutablePointer<Atomic<UInt64>>
        @usableFromInline
        let bounds: UnsafePointer<Double>
        @usableFromInline
        let boundCount: Int
        @usableFromInline
        let native: Unmanaged<OctaveTable>?

        @inlinable
        @inline(__always)
        init(
            _ words: UnsafeMutablePointer<Atomic<UInt64>>,
            _ bounds: UnsafePointer<Double>,
            _ boundCount: Int,
            _ stripeMask: UInt,
            _ native: Unmanaged<OctaveTable>?
        ) {
            let size = Stripes.size(of: boundCount &+ 3)
            unsafe self.words = unsafe Stripes.word(of: words, stripeMask, size: size)
            unsafe self.bounds = unsafe bounds
            self.boundCount = boundCount
            unsafe self.native = unsafe native
        }

        /// The words of a handle in memory that the caller retains.
        @inlinable
        @inline(__always)
        init(of histogram: UnsafePointer<Histogram>) {
            unsafe self.init(
                histogram.pointee.cell.words,
                histogram.pointee.bounds,
                histogram.pointee.boundCount,
                histogram.pointee.stripeMask,
                histogram.pointee.native
            )
        }
    }

    /// Calls `body` with the words and retains the block until it returns.
    @inlinable
    @inline(__always)
    func withWords<Result>(_ body: (Words) -> Result) -> Result {
        unsafe cell.withWords { unsafe body(Words($0, bounds, boundCount, stripeMask, native)) }
    }

    /// Counts a value in its bucket and adds it to the sum. Lock-free. Allocates only for the first value of an octave
    /// of native buckets.
    ///
    /// - Parameter value: The value, in the unit of the metric's name. NaN and the infinities are dropped and counted
    ///   in `tally_rejected_updates_total{reason="not_finite"}`, because the sum could never recover. So are values
    ///   beyond the range of ``NativeBuckets``, with the reason `out_of_range`.
    @inlinable
    public func observe(_ value: Double) {
        guard value.isFinite else { return cell.reject(.notFinite) }
        guard add(value) else { return cell.reject(.outOfRange) }
        if stripeMask >= Stripes.samples { sampleExemplar(of: value) }
    }

    /// Counts a duration, in seconds, with the cost of ``observe(_:)-(Double)``. The sum of durations is kept in whole
    /// nanoseconds, so a large sum does not lose small durations.
    public func observe(_ duration: Duration) {
        guard add(duration) else { return cell.reject(.outOfRange) }
        if stripeMask >= Stripes.samples { sampleExemplar(of: duration) }
    }

    /// Counts a duration in nanoseconds, like ``observe(_:)-(Duration)``.
    package func observe(nanoseconds: Int64) {
        guard withWords({ $0.add(nanoseconds: nanoseconds) }) else { return }
        if stripeMask >= Stripes.samples { sampleExemplar(of: Double(nanoseconds) / 1e9) }
    }

    @inlinable
    @inline(__always)
    func add(_ value: Double) -> Bool { withWords { $0.add(value) } }

    private func add(_ duration: Duration) -> Bool { withWords { $0.add(duration) } }

    @usableFromInline
    @inline(never)
    func sampleExemplar(of value: Double) { cell.sampleExemplar(of: value, word: bucket(of: value)) }

    @usableFromInline
    static func isExemplarDue(_ histogram: UnsafePointer<Histogram>, of value: Double) -> Bool {
        let word = unsafe Words(of: histogram).bucket(of: value)
        return unsafe histogram.pointee.cell.block.isExemplarDue(histogram.pointee.cell.words, word)
    }

    @usableFromInline
    func sampleExemplar(of duration: Duration) { sampleExemplar(of: duration.inSeconds) }

    @usableFromInline
    static func isExemplarDue(_ histogram: UnsafePointer<Histogram>, of duration: Duration) -> Bool {
        unsafe isExemplarDue(histogram, of: duration.inSeconds)
    }

    /// Counts a value and replaces the exemplar of its bucket, which OpenMetrics exposes. Allocates, and takes a lock
    /// that only exemplars use.
    ///
    /// - Parameters:
    ///   - value: The value, as for ``observe(_:)-(Double)``. A dropped value drops its exemplar.
    ///   - exemplar: Labels that identify an example, such as a trace.
    public func observe(_ value: Double, exemplar: Exemplar) {
        guard value.isFinite else { return cell.reject(.notFinite) }
        guard add(value) else { return cell.reject(.outOfRange) }
        keep(exemplar, of: value)
    }

    /// Counts a duration, in seconds, and replaces the exemplar of its bucket.
    public func observe(_ duration: Duration, exemplar: Exemplar) {
        guard add(duration) else { return cell.reject(.outOfRange) }
        keep(exemplar, of: duration.inSeconds)
    }

    private func keep(_ exemplar: Exemplar, of value: Double) {
        cell.keep(exemplar, of: value, word: bucket(of: value))
    }

    /// The bucket that counts a value: the position of the first bound that is not below it.
    func bucket(of value: Double) -> Int {
        withWords { $0.bucket(of: value) }
    }

    /// Runs `body` and counts its duration by the registry's clock, even if it throws.
    @inlinable
    public func time<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        let clock = clock
        let start = clock()
        defer { observe(from: start, to: clock()) }
        return try body()
    }

    /// Runs `body` and counts its duration by the registry's clock, even if it throws or is cancelled.
    @inlinable
    public func time<Result, Failure: Error>(
        _ body: () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let clock = clock
        let start = clock()
        defer { observe(from: start, to: clock()) }
        return try await body()
    }

    /// The registry's clock. Read once for two times, because that counts references.
    @usableFromInline
    var clock: @Sendable () -> Duration { cell.definition.context.now }

    @usableFromInline
    func observe(from start: Duration, to end: Duration) {
        // A clock that a test or a host sets back must not decrease the sum.
        observe(max(.zero, end.since(start)))
    }

    /// The number of observations.
    public var count: Int {
        unsafe cell.withWords { words in
            if boundCount == 0, let native = unsafe native {
                return unsafe native._withUnsafeGuaranteedRef { Int(clamping: $0.total) }
            }
            var total: UInt64 = 0
            let stripes = Stripes.count(of: stripeMask)
            for bucket in 0...boundCount {
                total &+= unsafe Self.count(SeriesWords(words), bucket, boundCount, stripes: stripes)
            }
            return Int(clamping: total)
        }
    }

    /// The sum of the observations.
    public var sum: Double {
        unsafe cell.withWords { unsafe Self.sum(SeriesWords($0), boundCount, stripes: Stripes.count(of: stripeMask)) }
    }
}

extension Histogram.Words {
    /// Adds a finite value. Returns false if the native buckets have no room for it.
    @inlinable
    func add(_ value: Double) -> Bool {
        guard count(value) else { return false }
        unsafe words[boundCount + 2].addDouble(value)
        return true
    }

    /// Counts a value, natively first, so that the native count is never the smaller one.
    @inlinable
    @inline(__always)
    func count(_ value: Double) -> Bool {
        if let native = unsafe native {
            guard value.magnitude <= OctaveGrid.maxMagnitude else { return false }
            unsafe native._withUnsafeGuaranteedRef { $0.add(value) }
            // Without classic buckets, the native ones are the count.
            if boundCount == 0 { return true }
        }
        unsafe words[bucket(of: value)].wrappingAdd(1, ordering: .relaxed)
        return true
    }

    @usableFromInline
    func add(_ duration: Duration) -> Bool {
        guard let nanoseconds = duration.wholeNanoseconds else { return add(duration.inSeconds) }
        return add(nanoseconds: nanoseconds)
    }

    func add(nanoseconds: Int64) -> Bool {
        guard nanoseconds.magnitude < 1 << 56 else { return add(Double(nanoseconds) / 1e9) }
        guard count(Double(nanoseconds) / 1e9) else { return false }
        let (_, new) = unsafe words[boundCount + 1].wrappingAdd(UInt64(bitPattern: nanoseconds), ordering: .relaxed)
        // Moves 36 years of durations to the other sum, long before the word could wrap.
        if Int64(bitPattern: new).magnitude > 1 << 60 { carryNanoseconds() }
        return true
    }

    @inline(never)
    private func carryNanoseconds() {
        let moved = unsafe words[boundCount + 1].exchange(0, ordering: .relaxed)
        unsafe words[boundCount + 2].addDouble(Double(Int64(bitPattern: moved)) / 1e9)
    }

    /// The index of a value's bucket. Call only while the block is retained.
    @inlinable
    func bucket(of value: Double) -> Int {
        if boundCount <= 16 {
            // Compares four bounds at a time without branches, so varying values are as fast as constant ones. The
            // bounds are padded with infinity, which no value exceeds.
            let values = SIMD4(repeating: value)
            var exceeded = SIMD4<Int64>.zero
            var position = 0
            while position < boundCount {
                let four = unsafe UnsafeRawPointer(bounds + position).loadUnaligned(as: SIMD4<Double>.self)
                exceeded.replace(with: exceeded &+ 1, where: four .< values)
                position &+= 4
            }
            return Int(truncatingIfNeeded: exceeded.wrappedSum())
        }
        var low = 0
        var high = boundCount
        while low < high {
            let middle = (low + high) / 2
            if unsafe bounds[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

// Unchecked because `bounds` and `native` are pointers. The numbers are written once and retained by the family's
// details; the table is `Sendable` and retained by the cell's block.
extension Histogram: @unchecked Sendable {}
