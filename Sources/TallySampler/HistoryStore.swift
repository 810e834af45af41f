/// The place for a sampler's history: memory, or an SQLite file with the trait `SQLite`.
public struct HistoryStore: Sendable {
    package let history: any SampleHistory

    /// A history in memory, gone with the process. A value takes eight bytes, a sample some 56 more.
    ///
    /// - Parameter maxSamples: The most samples kept, at least one. Beyond it, the oldest ticks are evicted as wholes.
    ///   Fifty containers at an interval of 15 seconds make 24,000 samples in two hours.
    public static func memory(maxSamples: Int) -> HistoryStore {
        HistoryStore(history: MemoryHistory(maxSamples: maxSamples))
    }

    #if SQLite
    /// A history in an SQLite file, which outlives the process and which any program may read at any time:
    ///
    /// ```sh
    /// sqlite3 -readonly history.sqlite 'SELECT datetime(ts, "unixepoch"), cpu_percent FROM host_sample ORDER BY ts DESC LIMIT 9'
    /// ```
    ///
    /// **Durability.** A tick is one transaction: after a crash it is there as a whole or not at all. After a loss of
    /// power the last ticks may be missing.
    ///
    /// **Failures** of the file never stop a sampler. Ticks that cannot be written stay in memory, where queries find
    /// them: up to 20 ticks while another process has locked the file, and up to 50,000 samples while the disk is full,
    /// read-only or failing. Beyond that the oldest are dropped and counted. Once the failure has passed, each new tick
    /// takes up to 100 of them along. A corrupt file is renamed to `<name>.corrupt-<time>`, and a new one begun, at
    /// most once an hour; the last three are kept.
    ///
    /// **Clock.** Samples more than a day ahead of the clock are deleted, once, after the file has been open for a day.
    ///
    /// Opens the file on the calling thread and waits for a lock for at most a quarter of a second. After that, SQLite
    /// runs on two queues and blocks no thread of the runtime's pool.
    ///
    /// - Parameter path: The file, in a folder that exists. SQLite adds two more, named with `-wal` and `-shm`.
    /// - Throws: ``HistoryError`` if the file is another program's or of a later version of Tally, and leaves it alone.
    public static func sqlite(path: String) throws -> HistoryStore {
        HistoryStore(history: try SQLiteHistory(path: path))
    }
    #else
    /// A history in an SQLite file, which takes the trait `SQLite`.
    @available(
        *,
        unavailable,
        message: "enable the trait SQLite: .package(url: \"…\", from: \"…\", traits: [\"SQLite\"])"
    )
    public static func sqlite(path: String) throws -> HistoryStore { .memory(maxSamples: 1) }
    #endif
}
