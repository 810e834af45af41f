/// The buckets, count and sum of a histogram.
public struct ParsedHistogram: Hashable, Sendable {
    package struct Bucket: Hashable, Sendable {
        /// The upper bound, as written in the label `le`: `0.5`, `+Inf`.
        package var bound: String
        /// The number of observations up to the bound, including those of lower buckets.
        package var cumulativeCount: Double
    }

    /// The buckets, in ascending order of their bounds. The last bound is `+Inf`.
    package var buckets: [Bucket]
    /// The number of observations.
    public var count: Double
    /// The sum of the observations; nil if the exposition has none.
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
