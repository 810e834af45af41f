internal import Synchronization

/// The bucket counts of one native histogram: a directory of lines, each with the counts of one octave or of several
/// small ones.
///
/// The first observation in a line allocates it and publishes it with a compare-exchange. Lines live as long as the
/// table, so readers need no further protection than a reference to the table, which the series' block holds. Memory
/// is bounded by the range of the grid: at most 96 lines on each side of zero. A line takes 64 bytes at schema 3, 2 KiB
/// at schema 8, and 1 to 16 KiB at any schema if it has stripes.
///
/// Unchecked `Sendable`, because pointers are not: they point to atomics, in memory that the table frees at its end.
@safe
@usableFromInline
final class OctaveTable: SeriesState, @unchecked Sendable {
    private typealias Words = UnsafeMutablePointer<Atomic<UInt64>>
    private typealias Directory = UnsafeMutablePointer<Atomic<UInt>>

    private let grid: OctaveGrid
    // Copied from the grid, to save an observation the indirection.
    private let slices: UnsafePointer<UInt64>
    private let threshold: Double
    private let schema: Int
    /// A line holds `1 << lineShift` counts for each stripe.
    private let lineShift: Int
    /// The distance in words between a line's stripes.
    private let stride: Int
    private let stripeMask: UInt
    /// The lines of positive values. The count of zeros has the position after the last bucket.
    private let positive: UnsafeMutablePointer<Atomic<UInt>>
    /// The address of the directory of negative values' lines, 0 before the first one.
    private let negative = Atomic<UInt>(0)
    /// The number of steps by which the exposed schema is lower than the grid's.
    private let halvings = Atomic<Int>(0)

    init(_ grid: OctaveGrid, stripes: Int) {
        self.grid = grid
        unsafe slices = grid.slices.pointer
        threshold = grid.threshold
        schema = grid.schema
        lineShift = max(3, grid.schema)
        let size = Stripes.size(of: 1 << lineShift)
        // Lines with many counts already spread the values of an octave, so they need fewer stripes.
        let stripes = max(1, stripes * Stripes.words / size)
        stride = stripes == 1 ? 1 << lineShift : size
        stripeMask = UInt(stripes - 1)
        unsafe positive = Self.makeDirectory(grid.count >> lineShift + 1)
    }

    deinit {
        unsafe release(positive)
        if let lines = unsafe Directory(bitPattern: negative.load(ordering: .relaxed)) { unsafe release(lines) }
    }

    private var lineCount: Int { grid.count >> lineShift + 1 }

    private static func makeDirectory(_ lines: Int) -> Directory {
        let directory = Directory.allocate(capacity: lines)
        for line in 0..<lines { unsafe (directory + line).initialize(to: Atomic(0)) }
        return unsafe directory
    }

    private func release(_ directory: Directory) {
        for line in 0..<lineCount {
            let address = unsafe directory[line].load(ordering: .relaxed)
            if let words = unsafe Words(bitPattern: address) { unsafe words.deallocate() }
        }
        unsafe directory.deallocate()
    }

    // MARK: Observing

    /// Counts a value of at most ``OctaveGrid/maxMagnitude``. Lock-free; allocates at the first value of a line.
    @usableFromInline
    func add(_ value: Double) {
        let magnitude = value.magnitude
        let position: Int
        var lines = unsafe positive
        if magnitude <= threshold {
            position = grid.count
        } else {
            position = unsafe OctaveGrid.position(of: magnitude, schema: schema, slices: slices)
            if value < 0 { unsafe lines = negativeLines() }
        }
        let line = position &>> lineShift
        let address = unsafe lines[line].load(ordering: .acquiring)
        let words = unsafe Words(bitPattern: address) ?? makeLine(at: lines + line)
        let stripe = stripeMask == 0 ? 0 : Stripes.current(mask: stripeMask) &* stride
        unsafe words[stripe &+ position & ((1 &<< lineShift) &- 1)].wrappingAdd(1, ordering: .relaxed)
    }

    private func negativeLines() -> Directory {
        if let lines = unsafe negativeIfAny { return unsafe lines }
        let lines = unsafe Self.makeDirectory(lineCount)
        let (exchanged, winner) = negative.compareExchange(
            expected: 0,
            desired: UInt(bitPattern: lines),
            ordering: .acquiringAndReleasing
        )
        if exchanged { return unsafe lines }
        unsafe lines.deallocate()
        // Never nil: another thread's directory was found.
        return unsafe Directory(bitPattern: winner).unsafelyUnwrapped
    }

    @inline(never)
    private func makeLine(at place: Directory) -> Words {
        let count = (Int(stripeMask) + 1) * stride
        let alignment = stripeMask == 0 ? MemoryLayout<UInt64>.alignment : 128
        let bytes = count * MemoryLayout<UInt64>.size
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: alignment)
        let words = unsafe memory.bindMemory(to: Atomic<UInt64>.self, capacity: count)
        for word in 0..<count { unsafe (words + word).initialize(to: Atomic(0)) }
        let (exchanged, winner) = unsafe place.pointee.compareExchange(
            expected: 0,
            desired: UInt(bitPattern: words),
            ordering: .acquiringAndReleasing
        )
        if exchanged { return unsafe words }
        unsafe words.deallocate()
        // Never nil: another thread's line was found.
        return unsafe Words(bitPattern: winner).unsafelyUnwrapped
    }

    // MARK: Reading

    /// Calls `body` with each position of one side that has a line, in order, and the sum of its stripes.
    private func forEachCount(_ directory: Directory?, _ body: (_ position: Int, _ count: UInt64) -> Void) {
        guard let directory = unsafe directory else { return }
        for line in 0..<lineCount {
            guard let words = unsafe Words(bitPattern: directory[line].load(ordering: .acquiring)) else { continue }
            for index in 0..<(1 << lineShift) {
                var count: UInt64 = 0
                for stripe in 0...Int(stripeMask) {
                    unsafe count &+= words[stripe * stride + index].load(ordering: .relaxed)
                }
                body(line << lineShift + index, count)
            }
        }
    }

    private var negativeIfAny: Directory? { unsafe Directory(bitPattern: negative.load(ordering: .acquiring)) }

    /// Calls `body` with each position of both sides that has a line.
    private func forEachCount(_ body: (_ position: Int, _ count: UInt64) -> Void) {
        unsafe forEachCount(positive, body)
        unsafe forEachCount(negativeIfAny, body)
    }

    /// The number of observations, at most `Int.max`.
    var total: UInt64 {
        var total: UInt64 = 0
        forEachCount { total = Total.clamped(total &+ Total.clamped($1)) }
        return total
    }

    /// Reads all counts. Permanently lowers the schema until at most `maxBuckets` buckets are in use.
    func read(_ counts: inout NativeCounts, maxBuckets: Int) {
        counts.removeAll()
        counts.schema = schema
        counts.maxBuckets = maxBuckets
        counts.zeroThreshold = threshold
        let zero = grid.count
        unsafe forEachCount(positive) { position, count in
            if position == zero {
                counts.zeroCount = counts.admit(count)
            } else {
                counts.addPositive(grid.key(position), count)
            }
        }
        unsafe forEachCount(negativeIfAny) { position, count in counts.addNegative(grid.key(position), count) }
        let before = halvings.load(ordering: .relaxed)
        for _ in 0..<before { counts.halveSchema() }
        var after = before
        while counts.bucketCount > maxBuckets, counts.schema > NativeCounts.minSchema {
            counts.halveSchema()
            after += 1
        }
        if after > before { _ = halvings.max(after, ordering: .relaxed) }
    }

    /// The memory of all lines, for tests.
    var lineBytes: Int {
        let lines = unsafe count(positive) + count(negativeIfAny)
        return lines * (Int(stripeMask) + 1) * stride * MemoryLayout<UInt64>.size
    }

    private func count(_ directory: Directory?) -> Int {
        guard let directory = unsafe directory else { return 0 }
        return (0..<lineCount).count { unsafe directory[$0].load(ordering: .relaxed) != 0 }
    }

    // MARK: SeriesState

    var checksum: UInt64 {
        var sum: UInt64 = 0
        forEachCount { position, count in
            if count > 0 { sum = sum &* 31 &+ count &+ UInt64(position) }
        }
        return sum
    }

    func reset() {
        unsafe reset(positive)
        unsafe reset(negativeIfAny)
    }

    private func reset(_ directory: Directory?) {
        guard let directory = unsafe directory else { return }
        for line in 0..<lineCount {
            let address = unsafe directory[line].load(ordering: .acquiring)
            guard let words = unsafe Words(bitPattern: address) else { continue }
            for word in 0..<((Int(stripeMask) + 1) * stride) { unsafe words[word].store(0, ordering: .relaxed) }
        }
    }
}
