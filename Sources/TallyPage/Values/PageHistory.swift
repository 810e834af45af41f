/// The history that a page's server keeps in memory, so that the page opens with the past.
///
/// Values are kept for a minute by the second, for an hour by the minute, for a day by ten minutes, and for a week by
/// the hour. A longer step shows the mean: of a counter and of a histogram's quantiles over all that was counted in it,
/// of a gauge over the values of its seconds.
public struct PageHistory: Sendable {
    /// The number of curves to keep. A counter or gauge has one, a histogram four: its rate and three quantiles. Every
    /// 54 buckets of a histogram count as a further curve, because they take as much memory.
    public var maxCurves: Int

    /// Creates a history.
    ///
    /// - Parameter maxCurves: The number of curves to keep, at most 100,000. Each takes 2.5 KB, from its first
    ///   second. Series beyond the limit are shown without history, and the page says how many they are.
    public init(maxCurves: Int = 1_000) {
        self.maxCurves = min(max(maxCurves, 0), 100_000)
    }
}
