/// A histogram's buckets, count and sum, taken together.
public struct ParsedHistogram: Hashable, Sendable {
    package struct Bucket: Hashable, Sendable {
        /// The bound as it was written in the label `le`: `0.5`, `+Inf`.
        package var bound: String
        /// All observations up to the bound, those of the lower buckets included.
        package var cumulativeCount: Double
    }

    /// The buckets, in the order they stand in, which is that of their bounds. The last one's bound is `+Inf`.
    package var buckets: [Bucket]
    /// The number of observations.
    public var count: Double
    /// Their sum; nil if the exposition has none.
    public var sum: Double?

    /// The number of observations in each bucket alone, in ascending order of the bounds.
    public var counts: [Double] {
        var before = 0.0
        return buckets.map { bucket in
            defer { before = bucket.cumulativeCount }
            return bucket.cumulativeCount - before
        }
    }
}
