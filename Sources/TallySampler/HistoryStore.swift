/// A store for a sampler's history, in memory or, with the trait `SQLite`, in a file.
public struct HistoryStore: Sendable {
    package let history: any SampleHistory

    /// A history in memory, which ends with the process. Each value takes 8 bytes, and each sample about 56 more.
    ///
    /// - Parameter maxSamples: The maximum number of samples, at least one. Beyond that, the store evicts whole ticks,
    ///   oldest first; a tick that alone is larger is dropped and counted. Fifty containers at an interval of 15
    ///   seconds make 24,000 samples in two hours.
    public static func memory(maxSamples: Int) -> HistoryStore {
        HistoryStore(history: MemoryHistory(maxSamples: maxSamples))
    }

    #if SQLite
    /// A history in an SQLite file, which outlives the process. Any program can read it at any time:
    ///
    /// ```sh
    /// sqlite3 -readonly history.sqlite 'SELECT ts, cpu_percent FROM host_sample ORDER BY ts DESC LIMIT 9'
    /// ```
    ///
    /// The guide <doc:TheHistoryFile> documents its tables.
    ///
    /// **Durability.** A tick is one transaction: a crash leaves all of it or nothing. A power failure may lose the
    /// last ticks. At least once a minute, the log is copied into the file, so that a copy of the file alone is recent.
    ///
    /// **Size.** Samples are deleted within ten minutes after their retention. Roll-ups outlive them. If the file still
    /// reaches `maxBytes`, the oldest rows go early: samples down to the last hour, then minutes down to the last day,
    /// ten minutes down to the last week, and then the rest.
    ///
    /// **Failures.** No failure of the file stops the sampler. Ticks that cannot be written stay in memory, where
    /// queries find them: up to 20 ticks while another process has locked the file, and up to 50,000 samples while the
    /// disk is full, read-only or failing. Beyond that, the oldest are dropped and counted. Once the failure has
    /// passed, each new tick also writes up to 100 waiting ticks. If the store's own file becomes corrupt, it is
    /// renamed to `<name>.corrupt-<time>` and replaced, at most once an hour. The last three are kept. A file of
    /// another program that takes the path is not touched, but reported. So is another process that writes to the file.
    ///
    /// **Clock.** Samples more than a day ahead of the clock are deleted once, after the file has been open for a day.
    ///
    /// Opens the file on the calling thread, and waits for a lock for at most a quarter of a second. After that, SQLite
    /// runs on two dispatch queues and blocks no thread of the concurrency pool.
    ///
    /// - Parameters:
    ///   - path: The path of the file, in an existing folder. SQLite adds `<path>-wal` and `<path>-shm`.
    ///   - maxBytes: The maximum size of the file, without its log, at least a megabyte.
    ///   - rollUps: The time for which one row a minute and one every ten minutes outlive the samples; nil for none.
    /// - Throws: ``HistoryError`` if `path` is not a file's path, if its folder does not exist, or if the file is no
    ///   history, or that of a later version of Tally. Such a file is not modified.
    public static func sqlite(
        path: String,
        maxBytes: Int = 1 << 30,
        rollUps: HistoryRollUps? = HistoryRollUps()
    ) throws -> HistoryStore {
        HistoryStore(history: try SQLiteHistory(path: path, maxBytes: maxBytes, rollUps: rollUps))
    }
    #else
    /// A history in an SQLite file, which needs the trait `SQLite`.
    @available(
        *,
        unavailable,
        message: "enable the trait SQLite: .package(url: \"…\", from: \"…\", traits: [\"SQLite\"])"
    )
    public static func sqlite(
        path: String,
        maxBytes: Int = 1 << 30,
        rollUps: HistoryRollUps? = HistoryRollUps()
    ) throws -> HistoryStore { .memory(maxSamples: 1) }
    #endif
}
