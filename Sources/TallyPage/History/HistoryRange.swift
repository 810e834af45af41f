/// A period of the history, and the step of its points.
enum HistoryRange: Int, CaseIterable, Sendable {
    case minute
    case hour
    case day
    case week

    /// The name in a query.
    var name: String {
        switch self {
        case .minute: "1m"
        case .hour: "1h"
        case .day: "24h"
        case .week: "7d"
        }
    }

    /// Seconds between two points.
    var seconds: Int {
        switch self {
        case .minute: 1
        case .hour: 60
        case .day: 600
        case .week: 3600
        }
    }

    /// The number of points.
    var count: Int {
        switch self {
        case .minute: 60
        case .hour: 60
        case .day: 144
        case .week: 168
        }
    }

    var step: Duration { .seconds(seconds) }
    var length: Duration { .seconds(seconds * count) }

    /// True for a range whose points take two bytes instead of four.
    var isCoarse: Bool { self == .day || self == .week }

    /// The place of the first point of a curve, among its points of the same size.
    var start: Int {
        switch self {
        case .minute, .day: 0
        case .hour: Self.minute.count
        case .week: Self.day.count
        }
    }

    /// The numbers of points of a curve.
    static let finePoints = minute.count + hour.count
    static let coarsePoints = day.count + week.count
    /// The memory of a curve's points.
    static let bytes = 4 * finePoints + 2 * coarsePoints
}
