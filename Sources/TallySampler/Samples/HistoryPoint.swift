/// The values of one bucket of time.
public struct HistoryPoint: Sendable, Hashable {
    /// The bucket's start, in seconds since the Unix epoch.
    public let time: Int64
    /// The number of values: one or more.
    public let count: Int
    /// The smallest value.
    public let min: Double
    /// The mean of the values.
    public let mean: Double
    /// The largest value.
    public let max: Double
}
