/// A history of values in the server's memory, so that a page shows the time before it was opened.
///
/// The history keeps a point for each second of the last minute, each minute of the last hour, each ten minutes of the
/// last day, and each hour of the last week. For a counter, a point is the mean rate of its step. For a histogram, the
/// quantiles cover all observations of the step. For a gauge, a point is the mean of the values recorded each second.
/// Points of the day and the week are exact to 0.4 %.
public struct PageHistory: Sendable {
    /// The maximum number of curves. A counter or gauge has one, a histogram four: its rate and three quantiles. Every
    /// 35 buckets of a histogram count as a further curve, because they take as much memory.
    public var maxCurves: Int

    /// Creates a history.
    ///
    /// - Parameter maxCurves: The maximum number of curves, at most 100,000. Each takes about 1.8 KB from its first
    ///   second. The page shows series beyond the limit without a history, and says how many there are.
    public init(maxCurves: Int = 1_000) {
        self.maxCurves = min(max(maxCurves, 0), 100_000)
    }
}
