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

    /// The place of the first point among those of a curve.
    var start: Int { Self.allCases.prefix(rawValue).reduce(0) { $0 + $1.count } }

    /// The number of points of a curve.
    static let points = allCases.reduce(0) { $0 + $1.count }
}
