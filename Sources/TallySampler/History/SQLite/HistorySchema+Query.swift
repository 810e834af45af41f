#if SQLite
internal import GRDB

/// One statement that reads all that a query needs.
///
/// It returns the series, then for each group of subjects the rows of each level, coarse levels first. The levels cover
/// successive periods: samples where there are any, up to a day back; before that minutes, up to a week back; and
/// before that ten minutes. Each level is scanned along its key, so rows come in the order of time.
extension HistorySchema {
    /// The first columns of each row, before three for each metric.
    enum Column {
        /// The number of seconds that a row covers; 0 for a series.
        static let span: Int32 = 0
        static let series: Int32 = 1
        static let time: Int32 = 2
        static let count: Int32 = 3
        static let last: Int32 = 4
        static let ticks: Int32 = 5
        // Of a series, the columns after its id hold texts.
        static let kind: Int32 = 2
        static let id: Int32 = 3
        static let name: Int32 = 4
        static let container: Int32 = 5
        static let values: Int32 = 6
    }

    /// The maximum age in seconds, before the end of the range, of rows that are read from a level.
    static func maxAge(_ level: HistoryLevel) -> Int64 { level == .samples ? 86_400 : 7 * 86_400 }

    /// More subjects than this are filtered after reading.
    private static let maxFilter = 100

    /// The statement, with the named arguments `since`, `through` and those of `filterArguments`.
    static func statement(_ selection: HistorySelection, _ metrics: [SampleMetric]) -> String {
        let filter = filter(selection)
        let empty = Array(repeating: ", NULL, NULL, NULL", count: metrics.count).joined()
        var arms = [
            """
            SELECT 0, id, owner_kind, owner_id, owner_name, container_id\(empty) FROM series
            WHERE seen >= :since - \(HistoryFile.seenSlack)\(filter.map { " AND \($0)" } ?? "")
            """
        ]
        for table in HistoryTable.allCases where selection.mayInclude(table) {
            guard metrics.isEmpty || metrics.contains(where: table.metrics.contains) else { continue }
            for level in HistoryLevel.allCases.reversed() { arms.append(arm(table, level, metrics, filter)) }
        }
        return arms.joined(separator: "\nUNION ALL\n")
    }

    private static func arm(
        _ table: HistoryTable,
        _ level: HistoryLevel,
        _ metrics: [SampleMetric],
        _ filter: String?
    ) -> String {
        let values = metrics.map { metric in
            guard table.metrics.contains(metric) else { return ", NULL, NULL, NULL" }
            let columns = level.columns(of: metric)
            return ", " + (columns + Array(repeating: "NULL", count: 3 - columns.count)).joined(separator: ", ")
        }
        let counts = level.isRollUp ? "samples, last, IFNULL(ticks, samples)" : "1, ts, 1"
        let range =
            switch level {
            case .samples: "ts >= \(start(of: .samples, table)) AND ts <= :through"
            case .minutes:
                "ts >= \(start(of: .minutes, table)) AND ts < \(start(of: .samples, table)) AND ts <= :through"
            case .tenMinutes: "ts >= :since AND ts < \(start(of: .minutes, table)) AND ts <= :through"
            }
        // The plus keeps the key's order by time, instead of a search for each series.
        let series = filter.map { " AND +series IN (SELECT id FROM series WHERE \($0))" } ?? ""
        return """
            SELECT \(level.seconds), series, ts, \(counts)\(values.joined())
            FROM \(table.name(level)) WHERE \(range)\(series)
            """
    }

    /// The time from which a level is read: its own oldest row, unless it lies too far back. A coarser level is read
    /// only as far as it has been computed.
    private static func start(of level: HistoryLevel, _ table: HistoryTable) -> String {
        let coarser = level == .samples ? HistoryLevel.minutes : .tenMinutes
        let seconds = coarser.seconds
        func end(_ level: HistoryLevel) -> String {
            "(SELECT MAX(ts) + \(level.seconds) FROM \(table.name(level)) WHERE ts <= :through)"
        }
        let computed = level == .samples ? "IFNULL(\(end(.minutes)), \(end(.tenMinutes)))" : end(.tenMinutes)
        func bound(_ function: String) -> String {
            "IFNULL((SELECT \(function)(ts) FROM \(table.name(level))), \(HistoryRange.maxTime))"
        }
        let wanted = "MAX(\(bound("MIN")), MIN(:through, \(bound("MAX"))) - \(maxAge(level)))"
        let aligned = "(\(wanted) - ((\(wanted)) % \(seconds) + \(seconds)) % \(seconds))"
        let own = "IFNULL(MAX(:since, MIN(\(computed), \(aligned))), :since)"
        return level == .samples ? "(SELECT \(own))" : "(SELECT MIN(\(start(of: .samples, table)), \(own)))"
    }

    // MARK: Filters

    private static func filter(_ selection: HistorySelection) -> String? {
        switch selection.choice {
        case .all(nil): nil
        case .all(_?), .top(_, _, _?): "owner_kind = :kind"
        case .top(_, _, nil): "owner_kind NOT IN ('host', 'process', 'control_group')"
        case .these(let subjects) where subjects.count > maxFilter: nil
        case .these(let subjects):
            subjects.isEmpty
                ? "0"
                : "("
                    + subjects.indices.map { "owner_kind = :kind\($0) AND owner_id = :id\($0)" }
                    .joined(separator: " OR ") + ")"
        }
    }

    static func filterArguments(_ selection: HistorySelection) -> [String: any DatabaseValueConvertible] {
        switch selection.choice {
        case .all(nil), .top(_, _, nil): return [:]
        case .all(let kind?), .top(_, _, let kind?): return ["kind": kind.description]
        case .these(let subjects) where subjects.count > maxFilter: return [:]
        case .these(let subjects):
            var arguments: [String: any DatabaseValueConvertible] = [:]
            for (index, subject) in subjects.enumerated() {
                arguments["kind\(index)"] = subject.kind.description
                arguments["id\(index)"] = subject.id
            }
            return arguments
        }
    }
}

extension HistorySelection {
    /// True if a group of subjects may contain selected ones.
    fileprivate func mayInclude(_ table: HistoryTable) -> Bool {
        switch choice {
        case .all(let kind): kind.map { HistoryTable($0) == table } ?? true
        case .these(let subjects): subjects.contains { HistoryTable($0.kind) == table }
        case .top(_, _, let kind): HistoryTable(kind ?? .container) == table
        }
    }
}
#endif
