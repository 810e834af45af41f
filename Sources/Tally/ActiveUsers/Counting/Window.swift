/// The length of a sliding window of distinct users: `.hours(24)`.
///
/// Its label is the window as it was written: `5m`, `1h`, `24h`, `7d`. `.hours(24)` and `.days(1)` are as long as each
/// other and have different labels.
public struct Window: Hashable, Sendable, CustomStringConvertible {
    /// The label: a number and a unit.
    public let description: String
    /// Its length in seconds. Stays at the largest integer where there would be more.
    let seconds: Int

    private init(_ count: Int, _ unit: String, of seconds: Int) {
        description = "\(count)\(unit)"
        let (product, overflow) = count.multipliedReportingOverflow(by: seconds)
        self.seconds = overflow ? (count < 0 ? .min : .max) : product
    }

    /// A window of so many seconds: `30s`. Checked where it is registered, as all windows are.
    public static func seconds(_ count: Int) -> Window { Window(count, "s", of: 1) }
    /// A window of so many minutes: `5m`.
    public static func minutes(_ count: Int) -> Window { Window(count, "m", of: 60) }
    /// A window of so many hours: `24h`.
    public static func hours(_ count: Int) -> Window { Window(count, "h", of: 3600) }
    /// A window of so many days, of 24 hours each: `7d`.
    public static func days(_ count: Int) -> Window { Window(count, "d", of: 86400) }

    /// Its length.
    public var duration: Duration { .seconds(seconds) }
}
