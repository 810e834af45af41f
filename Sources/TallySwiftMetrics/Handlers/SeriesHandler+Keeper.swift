import Tally

/// The part of a bridge that its handlers use.
protocol HandlerKeeper: AnyObject, Sendable {
    /// Exposes the series of a destroyed handler again. Returns the child to update: that of the series, or the
    /// overflow child if the metric has too many.
    func reexpose<Child>(_ handler: SeriesHandler<Child>) -> Child

    func reject(_ reason: SwiftMetricsRejection.Reason, _ label: String)
}
