/// Collects values into time buckets.
struct PointCollector {
    /// A value, or the aggregate of several.
    struct Value {
        var count = 1
        var min: Double
        var mean: Double
        var max: Double

        static func + (one: Value, other: Value) -> Value {
            Value(
                count: Swift.max(one.count, other.count),
                min: one.min + other.min,
                mean: one.mean + other.mean,
                max: one.max + other.max
            )
        }
    }

    private(set) var points: [HistoryPoint] = []

    /// The mean of all values.
    var mean: Double? {
        var (count, mean) = (0.0, 0.0)
        for point in points {
            count += Double(point.count)
            mean += point.mean * (Double(point.count) / count) - mean * (Double(point.count) / count)
        }
        return points.isEmpty ? nil : mean
    }

    /// Adds a value to the bucket that begins at a time. Ignores values that are not finite.
    ///
    /// - Returns: The number of points that this adds.
    mutating func add(_ value: Value, bucket start: Int64) -> Int {
        guard value.min.isFinite, value.mean.isFinite, value.max.isFinite else { return 0 }
        if let last = points.indices.last, points[last].time == start {
            points[last].add(value)
            return 0
        }
        let point = HistoryPoint(time: start, count: value.count, min: value.min, mean: value.mean, max: value.max)
        guard let last = points.last, last.time > start else {
            points.append(point)
            // Drops old points in batches, because each batch moves all others.
            let excess = points.count - 2 * HistoryRange.maxPoints
            if excess > 0 { points.removeFirst(HistoryRange.maxPoints) }
            return excess > 0 ? 1 - HistoryRange.maxPoints : 1
        }
        // A tick that was written late.
        let place = points.firstIndex { $0.time >= start } ?? points.endIndex
        if place < points.endIndex, points[place].time == start {
            points[place].add(value)
            return 0
        }
        points.insert(point, at: place)
        return 1
    }

    /// The points, oldest first, truncated to the newest `maxPoints`.
    func finished(_ range: HistoryRange) -> [HistoryPoint] {
        points.suffix(HistoryRange.maxPoints).map { point in
            var point = point
            point.isPartial = range.isPartial(point.time)
            return point
        }
    }
}

extension HistoryPoint {
    fileprivate mutating func add(_ value: PointCollector.Value) {
        count += value.count
        min = Swift.min(min, value.min)
        max = Swift.max(max, value.max)
        // A running mean, because a sum could overflow to infinity.
        let share = Double(value.count) / Double(count)
        mean += value.mean * share - mean * share
    }
}
