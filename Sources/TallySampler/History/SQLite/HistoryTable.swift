#if SQLite
/// A group of subjects whose samples share tables, because they have the same metrics.
enum HistoryTable: String, CaseIterable {
    case host, process, container
    case controlGroup = "control_group"

    init(_ kind: SampleSubject.Kind) {
        self = Self.allCases.first { $0.kind == kind } ?? .container
    }

    private var kind: SampleSubject.Kind { SampleSubject.Kind(rawValue) }
    var metrics: [SampleMetric] { SampleMetric.metrics(of: kind) }

    /// The table of a level.
    func name(_ level: HistoryLevel) -> String { "\(rawValue)_\(level.suffix)" }
}

/// A resolution of the history: samples as they were read, or roll-ups of them.
enum HistoryLevel: Int64, CaseIterable {
    case samples = 1
    case minutes = 60
    case tenMinutes = 600

    /// The number of seconds that a row covers.
    var seconds: Int64 { rawValue }
    var isRollUp: Bool { self != .samples }

    fileprivate var suffix: String {
        switch self {
        case .samples: "sample"
        case .minutes: "minute"
        case .tenMinutes: "ten_minutes"
        }
    }

    /// The level that this one is computed from.
    var source: HistoryLevel? {
        switch self {
        case .samples: nil
        case .minutes: .samples
        case .tenMinutes: .minutes
        }
    }

    /// The columns of a metric. A roll-up of a total has its newest value, and any other metric its mean and extremes.
    func columns(of metric: SampleMetric) -> [String] {
        isRollUp && !metric.isTotal ? [metric.description, "\(metric)_min", "\(metric)_max"] : [metric.description]
    }

    /// The columns besides time, series and metrics: the number of samples in a roll-up, the newest one's time, and the
    /// number of ticks with samples of the owner.
    var countColumns: [String] { isRollUp ? ["samples", "last", "ticks"] : [] }
}
#endif
