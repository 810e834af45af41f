#if SQLite
internal import GRDB

extension HistoryFile {
    /// Deletes rows from before a time, up to `pruneRows` of each table, and roll-ups that have outlived their
    /// retention after it. A longer history takes several calls.
    ///
    /// With roll-ups, deletes whole periods of ten minutes, so that most calls find nothing to do and write nothing.
    mutating func prune(before time: Int64) throws {
        // Deleting also grows the log, and a sampler that is switched off prunes without writing ticks.
        try keepLogShort()
        let time = HistoryRange.clamped(time)
        try rollUp(through: time)
        var cuts: [HistoryLevel: Int64] = [:]
        for level in HistoryLevel.allCases {
            let cut = cut(of: level, before: time)
            if pruned[level] != cut { cuts[level] = cut }
        }
        guard !cuts.isEmpty else { return try shrink() }
        let oldest = HistoryLevel.allCases.map { cut(of: $0, before: time) }.min() ?? time
        let limit = options.pruneRows
        let (deleted, freed, done) = try queue.writeWithoutTransaction { [cuts] db in
            var deleted = 0
            var freed = 0
            var done: Set<HistoryLevel> = []
            try db.inTransaction(.immediate) {
                for (level, cut) in cuts {
                    let (count, isDone) = try Self.delete(db, level, before: cut, limit: limit)
                    freed += count
                    if level == .samples { deleted = count }
                    if isDone { done.insert(level) }
                }
                if done.count == cuts.count { try Self.pruneSeries(db, before: oldest) }
                return .commit
            }
            return (deleted, freed, done)
        }
        rows = rows.map { max(0, $0 - deleted) }
        for level in done { pruned[level] = cuts[level] }
        if done.contains(.samples) { series = series.filter { $0.value.seen >= time - Self.seenSlack } }
        try shrink()
        if freed > 0 { try giveBackPages() }
    }

    /// The time before which rows of a level are deleted: a multiple of ten minutes or more. All before it must have
    /// been rolled up.
    private func cut(of level: HistoryLevel, before time: Int64) -> Int64 {
        guard let rollUps = options.rollUps else { return time }
        switch level {
        case .samples: return min(HistoryRange.floor(time, to: 60), rolledUp[.minutes] ?? .max)
        case .minutes:
            let cut = time - max(0, HistoryRange.clamped(HistoryPeriod.wholeSeconds(rollUps.minutes)))
            return min(HistoryRange.floor(cut, to: 3600), rolledUp[.tenMinutes] ?? .max)
        case .tenMinutes:
            let cut = time - max(0, HistoryRange.clamped(HistoryPeriod.wholeSeconds(rollUps.tenMinutes)))
            return HistoryRange.floor(cut, to: 3600)
        }
    }

    /// Deletes the oldest rows of a level, up to a limit in each table, rounded up to whole ticks.
    private static func delete(
        _ db: Database,
        _ level: HistoryLevel,
        before time: Int64,
        limit: Int
    ) throws -> (count: Int, isDone: Bool) {
        var count = 0
        var isDone = true
        for table in HistoryTable.allCases {
            let name = table.name(level)
            // The last time to delete in this call, found by walking `limit` rows along the key.
            let find = "SELECT ts FROM \(name) WHERE ts < ? ORDER BY ts LIMIT 1 OFFSET ?"
            let cut = try Int64.fetchOne(db.cachedStatement(sql: find), arguments: [time, limit])
            let deletion = try db.cachedStatement(sql: "DELETE FROM \(name) WHERE ts <= ?")
            try deletion.execute(arguments: [cut ?? time - 1])
            count += db.changesCount
            isDone = isDone && cut == nil
        }
        return (count, isDone)
    }

    /// Deletes series that have no rows left. Their `seen` implies that, so no row is read.
    private static func pruneSeries(_ db: Database, before time: Int64) throws {
        let statement = try db.cachedStatement(
            sql: "DELETE FROM series WHERE id IN (SELECT id FROM series WHERE seen < ? ORDER BY seen LIMIT 256)"
        )
        try statement.execute(arguments: [time - seenSlack])
    }

    /// Deletes rows that are dated after a time, in bounded steps. Returns true if none are left.
    mutating func removeFuture(after time: Int64) throws -> Bool {
        let limit = options.pruneRows
        let (deleted, samples, isDone) = try queue.writeWithoutTransaction { db in
            var deleted = 0
            var samples = 0
            var isDone = true
            try db.inTransaction(.immediate) {
                for table in HistoryTable.allCases {
                    for level in HistoryLevel.allCases {
                        let name = table.name(level)
                        let find = "SELECT ts FROM \(name) WHERE ts > ? ORDER BY ts DESC LIMIT 1 OFFSET ?"
                        let cut = try Int64.fetchOne(db.cachedStatement(sql: find), arguments: [time, limit])
                        let deletion = try db.cachedStatement(sql: "DELETE FROM \(name) WHERE ts >= ?")
                        // In a damaged file, the time found may be any number.
                        let first = max(cut ?? time + 1, time + 1)
                        try deletion.execute(arguments: [first])
                        deleted += db.changesCount
                        if level == .samples { samples += db.changesCount }
                        isDone = isDone && cut == nil
                    }
                }
                // Otherwise these series would stay until the clock catches up with `seen`.
                if deleted > 0 {
                    try db.execute(sql: "UPDATE series SET seen = ? WHERE seen > ?", arguments: [time, time])
                }
                return .commit
            }
            return (deleted, samples, isDone)
        }
        guard deleted > 0 else { return isDone }
        rows = rows.map { max(0, $0 - samples) }
        series = [:]
        for (level, end) in rolledUp { rolledUp[level] = min(end, HistoryRange.floor(time, to: level.seconds)) }
        try giveBackPages()
        return isDone
    }

    // MARK: Size

    /// Deletes the oldest rows of a file that is larger than its limit, and returns their pages to the disk.
    ///
    /// Samples go first, down to the last hour; then minutes, down to the last day; then ten minutes, down to the last
    /// week; then the rest.
    private mutating func shrink() throws {
        // The file grows by the next ticks before it is measured again.
        let limit = options.maxBytes - options.maxBytes / 16
        guard options.maxBytes < .max else { return }
        for _ in 0..<Self.maxShrinkSteps {
            let (size, free) = try queue.read(Self.size)
            guard size > limit else { return }
            guard size - free > limit else { return try giveBack(bytes: size - limit) }
            guard let (level, samples) = try deleteOldest() else { return }
            if level == .samples { rows = rows.map { max(0, $0 - samples) } }
            isTooLarge = true
        }
    }

    private static let maxShrinkSteps = 8

    /// The levels whose oldest rows are deleted, in this order, with the age in seconds of those that are kept.
    private static let sacrifices: [(level: HistoryLevel, kept: Int64)] = [
        (.samples, 3600), (.minutes, 86_400), (.tenMinutes, 7 * 86_400),
        (.minutes, 3600), (.tenMinutes, 0), (.minutes, 0), (.samples, 0),
    ]

    private mutating func deleteOldest() throws -> (HistoryLevel, Int)? {
        let limit = max(1, options.pruneRows / 4)
        return try queue.writeWithoutTransaction { db in
            var result: (HistoryLevel, Int)?
            try db.inTransaction(.immediate) {
                for (level, kept) in Self.sacrifices {
                    guard let newest = try Self.newestTime(db, level, upTo: .max) else { continue }
                    let cut = HistoryRange.clamped(newest) - kept
                    let (count, _) = try Self.delete(db, level, before: cut, limit: limit)
                    guard count > 0 else { continue }
                    result = (level, count)
                    return .commit
                }
                return .commit
            }
            return result
        }
    }

    private static func size(_ db: Database) throws -> (size: Int, free: Int) {
        let page = try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0
        let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
        let free = try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
        return (page * pages, page * free)
    }

    private func giveBack(bytes: Int) throws {
        try queue.writeWithoutTransaction { db in
            let page = max(512, try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0)
            // Each step of the statement frees one page, and `execute` runs all steps.
            try db.execute(sql: "PRAGMA incremental_vacuum(\((bytes + page - 1) / page))")
        }
    }

    /// Returns a quarter of a megabyte to the disk, if more is free than will soon be reused.
    private func giveBackPages() throws {
        let (size, free) = try queue.read(Self.size)
        if free > max(1 << 20, size / 4) { try giveBack(bytes: 256 << 10) }
    }
}
#endif
