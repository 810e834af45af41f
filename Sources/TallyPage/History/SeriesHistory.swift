/// The curves of one series, in one allocation: for each curve, the points of every range.
///
/// Not `Sendable`: the ring that owns it is behind a lock.
final class SeriesHistory {
    let shape: SeriesShape
    /// The second in which the series was last seen.
    private(set) var lastSeen: Int
    private var lastTime: Double
    /// The allocation: the doubles of ``sums``, ``counts`` and ``began``, then ``points``, then ``coarse``.
    private let memory: UnsafeMutableRawPointer
    /// The intermediate values of each range's current step. For a counter, the total at the start of the step. For a
    /// gauge, the sum of the values since then. For a histogram, the count of each bucket at the start.
    private let sums: UnsafeMutablePointer<Double>
    /// The number of finite values in each sum, for a gauge.
    private let counts: UnsafeMutablePointer<Double>
    /// The start of each range's current step.
    private let began: UnsafeMutablePointer<Double>
    /// The points of the short ranges.
    private let points: UnsafeMutablePointer<Float>
    /// The points of the other ranges: the upper half of a `Float`, exact to 0.4 %.
    private let coarse: UnsafeMutablePointer<UInt16>

    /// Creates the history of a new series.
    init(_ shape: SeriesShape, _ values: [Double], second: Int, time: Double) {
        self.shape = shape
        lastSeen = second
        lastTime = time
        let ranges = HistoryRange.allCases.count
        let sumCount = ranges * shape.totals
        var countCount = 0
        if case .gauge = shape { countCount = sumCount }
        let doubles = sumCount + countCount + ranges
        let pointCount = shape.curves * HistoryRange.finePoints
        let coarseCount = shape.curves * HistoryRange.coarsePoints
        memory = .allocate(byteCount: 8 * doubles + 4 * pointCount + 2 * coarseCount, alignment: 8)
        sums = memory.initializeMemory(as: Double.self, repeating: 0, count: doubles)
        counts = sums + sumCount
        began = counts + countCount
        points = (memory + 8 * doubles).initializeMemory(as: Float.self, repeating: .nan, count: pointCount)
        coarse = (memory + 8 * doubles + 4 * pointCount)
            .initializeMemory(as: UInt16.self, repeating: Self.half(.nan), count: coarseCount)
        for range in HistoryRange.allCases { begin(range, values, at: time) }
        if case .gauge = shape { accumulate(values) }
    }

    deinit { memory.deallocate() }

    /// The point of a curve at an index of a range: the number of steps since the history began.
    func point(_ curve: Int, _ range: HistoryRange, index: Int) -> Float {
        let place = place(curve, range, index)
        return range.isCoarse ? Float(bitPattern: UInt32(coarse[place]) << 16) : points[place]
    }

    private func set(_ curve: Int, _ range: HistoryRange, index: Int, to value: Float) {
        let place = place(curve, range, index)
        if range.isCoarse { coarse[place] = Self.half(value) } else { points[place] = value }
    }

    /// The upper half of a number, rounded to the nearest. A number that would become infinite is cut instead.
    private static func half(_ value: Float) -> UInt16 {
        let bits = value.isNaN ? Float.nan.bitPattern : value.bitPattern
        let rounded = Float(bitPattern: (bits &+ 0x8000) & 0xFFFF_0000)
        return UInt16((value.isFinite && rounded.isFinite ? rounded.bitPattern : bits) >> 16)
    }

    /// Clears the points at these indexes of a range, whose previous values have expired.
    func clear(_ range: HistoryRange, _ indexes: Range<Int>) {
        for curve in 0..<shape.curves {
            for index in indexes.suffix(range.count) { set(curve, range, index: index, to: .nan) }
        }
    }

    /// Adds the values of a second.
    ///
    /// - Parameters:
    ///   - wasGone: True if the previous reading did not contain the series. Steps that it missed are gaps. A step that
    ///     began without it covers only the rest.
    ///   - finished: The ranges whose step has ended, with the index of the ended step.
    func add(
        _ values: [Double],
        second: Int,
        time: Double,
        wasGone: Bool,
        finished: [(range: HistoryRange, index: Int)]
    ) {
        var isGauge = false
        if case .gauge = shape { isGauge = true }
        if !isGauge, second - lastSeen == 1, time > lastTime {
            set(growth(values, since: .minute, at: time), .minute, index: second)
        }
        let seenBefore = lastSeen
        lastSeen = second
        lastTime = time
        if !isGauge { begin(.minute, values, at: time) }
        for (range, index) in finished {
            if !wasGone || seenBefore / range.seconds == index {
                set(growth(values, since: range, at: time), range, index: index)
            }
            begin(range, values, at: time)
        }
        if wasGone {
            for range in HistoryRange.allCases.dropFirst() where seenBefore / range.seconds < second / range.seconds {
                begin(range, values, at: time)
            }
        }
        if isGauge { accumulate(values) }
    }

    // MARK: Steps

    /// Adds the values of a gauge to the sums of all steps. Omits NaN and infinities, with which a step has no mean.
    private func accumulate(_ values: [Double]) {
        set(values, .minute, index: lastSeen)
        for range in HistoryRange.allCases.dropFirst() {
            for (index, value) in values.enumerated() where value.isFinite {
                sums[range.rawValue * shape.totals + index] += value
                counts[range.rawValue * shape.totals + index] += 1
            }
        }
    }

    private func begin(_ range: HistoryRange, _ values: [Double], at time: Double) {
        var isGauge = false
        if case .gauge = shape { isGauge = true }
        for (index, value) in values.enumerated() {
            sums[range.rawValue * shape.totals + index] = isGauge ? 0 : value
            if isGauge { counts[range.rawValue * shape.totals + index] = 0 }
        }
        began[range.rawValue] = time
    }

    /// The values of the curves for the step that ends.
    private func growth(_ values: [Double], since range: HistoryRange, at time: Double) -> [Double] {
        let first = range.rawValue * shape.totals
        let seconds = time - began[range.rawValue]
        /// The growth of a total. After a restart, the total itself.
        func grown(_ index: Int) -> Double {
            values[index] >= sums[first + index] ? values[index] - sums[first + index] : values[index]
        }
        switch shape {
        // Without a finite value, 0 / 0 is NaN, which is a gap.
        case .gauge: return values.indices.map { sums[first + $0] / counts[first + $0] }
        case .counter: return [seconds > 0 ? grown(0) / seconds : .nan]
        case .histogram(let bounds):
            let hasRestarted = (values.last ?? 0) < sums[first + values.count - 1]
            let counts = values.indices.map { hasRestarted ? values[$0] : max(0, values[$0] - sums[first + $0]) }
            let rate = seconds > 0 ? (counts.last ?? 0) / seconds : .nan
            return [rate] + SeriesShape.quantiles.map { SeriesShape.quantile($0, counts, bounds) }
        case .other: return []
        }
    }

    private func set(_ values: [Double], _ range: HistoryRange, index: Int) {
        for curve in 0..<min(values.count, shape.curves) { set(curve, range, index: index, to: Float(values[curve])) }
    }

    /// The place of a point among the points of the short ranges, or among those of the others.
    private func place(_ curve: Int, _ range: HistoryRange, _ index: Int) -> Int {
        curve * (range.isCoarse ? HistoryRange.coarsePoints : HistoryRange.finePoints) + range.start
            + index % range.count
    }
}
