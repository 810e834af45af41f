/// The period of a query, in whole seconds.
public struct HistoryPeriod: Sendable, Hashable {
    enum Extent: Hashable {
        case last(Duration)
        case times(from: Int64, through: Int64)
    }

    let extent: Extent

    /// The time from this long ago until now. A period that is not positive has no samples.
    public static func last(_ length: Duration) -> HistoryPeriod { HistoryPeriod(extent: .last(length)) }

    /// The time between two moments, in seconds since the Unix epoch, both inclusive.
    public static func times(from start: Int64, through end: Int64) -> HistoryPeriod {
        HistoryPeriod(extent: .times(from: start, through: end))
    }
}
