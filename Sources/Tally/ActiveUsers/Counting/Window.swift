/// The length of a sliding window of distinct users: `.hours(24)`.
///
/// The label keeps the unit as written: `5m`, `1h`, `24h`, `7d`. `.hours(24)` and `.days(1)` have the same length and
/// different labels.
public struct Window: Hashable, Sendable, CustomStringConvertible {
    /// The label: a number and a unit.
    public let description: String
    /// The length in seconds. Saturates instead of overflowing.
    let seconds: Int

    private init(_ count: Int, _ unit: String, of seconds: Int) {
        description = "\(count)\(unit)"
        let (product, overflow) = count.multipliedReportingOverflow(by: seconds)
        self.seconds = overflow ? (count < 0 ? .min : .max) : product
    }

    /// Creates a window in seconds: `30s`. Registration validates the length.
    public static func seconds(_ count: Int) -> Window { Window(count, "s", of: 1) }
    /// Creates a window in minutes: `5m`.
    public static func minutes(_ count: Int) -> Window { Window(count, "m", of: 60) }
    /// Creates a window in hours: `24h`.
    public static func hours(_ count: Int) -> Window { Window(count, "h", of: 3600) }
    /// Creates a window in days of 24 hours: `7d`.
    public static func days(_ count: Int) -> Window { Window(count, "d", of: 86400) }

    /// The length of the window.
    public var duration: Duration { .seconds(seconds) }
}
