#if SQLite
internal import GRDB
internal import GRDBSQLite

/// Reads the rows of a query into an answer.
///
/// Uses SQLite's own functions, because a query of a day reads 300,000 rows. They convert values of an unexpected type,
/// as in a damaged file, where GRDB would trap.
struct HistoryRows {
    private typealias Column = HistorySchema.Column

    private let db: Database
    private let statement: Statement
    /// The places of the series in the answer, by their ids in the file.
    private var places: [Int64: Int] = [:]
    /// The times of the samples read.
    private(set) var times: Set<Int64> = []

    init(_ db: Database, _ selection: HistorySelection, since: Int64, through: Int64, _ metrics: [SampleMetric]) throws
    {
        self.db = db
        statement = try db.makeStatement(sql: HistorySchema.statement(selection, metrics))
        var arguments = HistorySchema.filterArguments(selection)
        arguments["since"] = since
        arguments["through"] = through
        try statement.setArguments(StatementArguments(arguments))
    }

    mutating func read(into collector: inout SeriesCollector) throws {
        let source = statement.sqliteStatement
        defer { sqlite3_reset(source) }
        var row = collector.row
        // Before the loop, because counting references to metrics would take most of its time.
        let areTotals = collector.metrics.map(\.isTotal)
        var last: (span: Int64, time: Int64) = (0, 0)
        while true {
            switch sqlite3_step(source) {
            case SQLITE_ROW: break
            case SQLITE_DONE: return
            case let code: throw DatabaseError(resultCode: ResultCode(rawValue: code), message: db.lastErrorMessage)
            }
            row.span = sqlite3_column_int64(source, Column.span)
            let id = sqlite3_column_int64(source, Column.series)
            guard row.span > 0 else {
                let subject = SampleSubject(
                    kind: SampleSubject.Kind(Self.text(source, Column.kind) ?? ""),
                    id: Self.text(source, Column.id) ?? "",
                    name: Self.text(source, Column.name)
                )
                let container = Self.text(source, Column.container) ?? ""
                places[id] = collector.place(of: SeriesKey(subject, container.isEmpty ? nil : container))
                continue
            }
            row.time = sqlite3_column_int64(source, Column.time)
            if row.span == 1, last != (1, row.time) { times.insert(row.time) }
            last = (row.span, row.time)
            guard let place = places[id] else { continue }
            let count = Int(clamping: max(1, sqlite3_column_int64(source, Column.count)))
            // The mean over the ticks of the owner, so that containers that follow each other do not add up.
            let ticks = max(count, Int(clamping: sqlite3_column_int64(source, Column.ticks)))
            let share = Double(count) / Double(ticks)
            row.last = sqlite3_column_int64(source, Column.last)
            for index in row.values.indices {
                let column = Column.values + 3 * Int32(index)
                let value = Self.value(source, column)
                // A sample has no extremes.
                let min = row.span == 1 ? .nan : Self.value(source, column + 1)
                let max = row.span == 1 ? .nan : Self.value(source, column + 2)
                let isTotal = areTotals[index]
                row.values[index] = PointCollector.Value(
                    count: Swift.min(isTotal ? count : ticks, 1 << 32),
                    min: isTotal || count == ticks ? min.isNaN ? value : min : 0,
                    mean: isTotal ? value : value * share,
                    max: max.isNaN ? value : max
                )
            }
            try collector.add(row, to: place)
        }
    }

    private static func text(_ source: OpaquePointer, _ column: Int32) -> String? {
        sqlite3_column_text(source, column).map { String(cString: $0) }
    }

    private static func value(_ source: OpaquePointer, _ column: Int32) -> Double {
        sqlite3_column_type(source, column) == SQLITE_NULL ? .nan : sqlite3_column_double(source, column)
    }
}
#endif
