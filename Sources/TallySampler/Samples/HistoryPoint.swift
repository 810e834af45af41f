/// The values of one bucket of time.
public struct HistoryPoint: Sendable, Hashable, Codable {
    /// The bucket's start, in seconds since the Unix epoch.
    public let time: Int64
    /// The number of values: one or more.
    public internal(set) var count: Int
    /// The smallest value.
    public internal(set) var min: Double
    /// The mean of the values.
    public internal(set) var mean: Double
    /// The largest value.
    public internal(set) var max: Double
    /// True if the bucket is not wholly inside the period, so that it lacks values: usually the first one, and the last
    /// one until its time has passed.
    public internal(set) var isPartial = false
}
