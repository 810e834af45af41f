/// The retention of a file's roll-ups: one row for each subject and minute, or ten minutes, instead of every sample.
///
/// They make room for days and weeks: fifty containers take about 8 MB a day in minutes, and 0.8 MB in ten minutes.
public struct HistoryRollUps: Sendable, Hashable {
    /// The time for which one-minute roll-ups outlive their samples.
    public var minutes: Duration
    /// The time for which ten-minute roll-ups outlive their samples.
    public var tenMinutes: Duration

    /// Creates a retention, by default of a day in minutes and a month in ten minutes.
    public init(minutes: Duration = .seconds(86_400), tenMinutes: Duration = .seconds(31 * 86_400)) {
        self.minutes = minutes
        self.tenMinutes = tenMinutes
    }
}
