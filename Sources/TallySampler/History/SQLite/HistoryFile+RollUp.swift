#if SQLite
internal import GRDB

extension HistoryFile {
    /// The maximum number of buckets that one call computes, for example after an update from a Tally without roll-ups.
    private static let maxBuckets: Int64 = 60

    /// Computes the roll-ups of the minutes and ten minutes that have ended. They are computed from the file, so that a
    /// process that was killed continues where it ended.
    ///
    /// - Parameter time: A time before which no tick will be written.
    mutating func rollUp(through time: Int64) throws {
        guard options.rollUps != nil else { return }
        for level in HistoryLevel.allCases {
            guard let source = level.source else { continue }
            // Minutes are complete up to the newest one, samples up to the newest tick.
            let ready = source.isRollUp ? rolledUp[source] ?? .min : max(writtenTime ?? .min, time)
            // Ten minutes at a time fill whole pages, which are then written once.
            let end = HistoryRange.floor(ready, to: HistoryLevel.tenMinutes.seconds)
            guard rolledUp[level].map({ $0 < end }) ?? true else { continue }
            rolledUp[level] = try rollUp(to: level, from: source, before: end)
        }
    }

    /// - Returns: The end of the period that is rolled up now.
    private func rollUp(to level: HistoryLevel, from source: HistoryLevel, before end: Int64) throws -> Int64 {
        let start = rolledUp[level] ?? -HistoryRange.maxTime
        return try queue.writeWithoutTransaction { db in
            // Skips a period without rows.
            let oldest = try HistoryTable.allCases.compactMap { table in
                let find = "SELECT MIN(ts) FROM \(table.name(source)) WHERE ts >= ? AND ts < ?"
                return try Int64.fetchOne(db.cachedStatement(sql: find), arguments: [start, end])
            }.min()
            guard let oldest else { return end }
            let first = HistoryRange.floor(oldest, to: level.seconds)
            let last = min(end, first + Self.maxBuckets * level.seconds)
            try db.inTransaction(.immediate) {
                for table in HistoryTable.allCases {
                    let statement = try db.cachedStatement(sql: HistorySchema.rollUp(table, to: level, from: source))
                    try statement.execute(arguments: ["from": first, "before": last])
                }
                return .commit
            }
            return last
        }
    }
}
#endif
