/// Collects values into time buckets. Values arrive oldest first.
struct PointCollector {
    private let range: HistoryRange
    private(set) var points: [HistoryPoint] = []
    private var bucket: HistoryPoint?

    init(_ range: HistoryRange) {
        self.range = range
    }

    /// Adds a value, which must not be older than the last one. Ignores values that are not finite.
    mutating func add(_ value: Double, at time: Int64) {
        guard value.isFinite else { return }
        let start = range.bucket(of: time)
        guard var current = bucket, current.time == start else {
            close()
            bucket = HistoryPoint(time: start, count: 1, min: value, mean: value, max: value)
            return
        }
        current.count += 1
        current.min = min(current.min, value)
        current.max = max(current.max, value)
        // A running mean, because a sum could overflow to infinity.
        current.mean += value / Double(current.count) - current.mean / Double(current.count)
        bucket = current
    }

    private mutating func close() {
        if let bucket { points.append(bucket) }
        bucket = nil
    }

    /// The points, oldest first, truncated to the newest `maxPoints`.
    mutating func finish() -> [HistoryPoint] {
        close()
        return Array(points.suffix(HistoryRange.maxPoints))
    }
}

extension HistoryPoint {
    /// The points of two stores that hold different ticks, oldest first.
    static func merged(_ one: [HistoryPoint], _ other: [HistoryPoint]) -> [HistoryPoint] {
        guard !one.isEmpty, !other.isEmpty else { return one.isEmpty ? other : one }
        var byTime: [Int64: HistoryPoint] = [:]
        for point in one + other {
            byTime[point.time] = byTime[point.time].map { $0.joined(with: point) } ?? point
        }
        return Array(byTime.values.sorted { $0.time < $1.time }.suffix(HistoryRange.maxPoints))
    }

    private func joined(with other: HistoryPoint) -> HistoryPoint {
        let total = Double(count) + Double(other.count)
        return HistoryPoint(
            time: time,
            count: count + other.count,
            min: Swift.min(min, other.min),
            mean: mean * (Double(count) / total) + other.mean * (Double(other.count) / total),
            max: Swift.max(max, other.max)
        )
    }
}
