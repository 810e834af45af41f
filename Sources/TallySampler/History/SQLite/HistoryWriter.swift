#if SQLite
internal import GRDB
internal import Tally

/// Appends ticks to the file, and keeps those that cannot be written yet in memory.
///
/// Nothing here awaits, so calls do not interleave. They may block their queue.
actor HistoryWriter {
    private let executor = BlockingQueue("tally.history.writing")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let path: String
    private let options: HistoryFile.Options
    private let now: @Sendable () -> Duration
    private let wallSeconds: @Sendable () -> Double
    private var file: HistoryFile?
    private var pending = TickBuffer()
    private var log = FailureLog()
    private var droppedTicks = 0
    private var lastSetAside: Duration?
    /// The file that was open last. If it is damaged, it may be set aside.
    private var lastFacts: FileFacts?
    private var lastCheckpoint: Duration?
    /// The number of ticks in `pending` that are older than the current lock.
    private var waitedBeforeLock = 0
    /// The time when rows dated in the future are removed. Not at once, because a clock may be wrong until the network
    /// is up. Nil once none are left: if the clock then steps back, the rows after it are valid, and stay.
    private var removesFutureAt: Duration?
    /// The wall-clock time at the last check for a step back.
    private var lastWall: Int64 = 0
    private var isClosed = false

    static let setAsideInterval = Duration.seconds(3600)
    /// Long, because such rows do no harm: queries end at the present.
    static let futureDelay = Duration.seconds(86_400)
    /// A wall clock that goes back by more than this many seconds is not trusted.
    static let maxStepBack: Int64 = 2
    /// The maximum number of waiting ticks written with a new one. Each is a transaction, and the caller waits for all.
    static let maxFlushedTicks = 100

    /// Opens the file on the caller's thread.
    ///
    /// - Throws: ``HistoryError`` if the file must not be modified. Any other failure only enters the status.
    init(
        path: String,
        options: HistoryFile.Options,
        now: @escaping @Sendable () -> Duration,
        wallSeconds: @escaping @Sendable () -> Double
    ) throws {
        self.path = path
        self.options = options
        self.now = now
        self.wallSeconds = wallSeconds
        let wall = Self.wholeSeconds(wallSeconds())
        lastWall = wall
        do {
            file = try HistoryFile(path: path, options: options, now: wall)
        } catch let error as HistoryError {
            throw error
        } catch {
            let problem = HistoryFailure(error, path)
            log.begin(problem, at: now())
            if problem.failure == .corrupt, Self.isOwn(path, nil), (try? CorruptFile.setAside(path, at: wall)) != nil {
                lastSetAside = now()
                file = try? HistoryFile(path: path, options: options, now: wall)
                if file != nil { log.end() }
            }
        }
        guard let file else { return }
        for shortcoming in file.shortcomings { log.note(HistoryFailure(shortcoming, path)) }
        lastFacts = file.facts
        removesFutureAt = now().adding(Self.futureDelay)
    }

    /// True if the file at the path is this history's, even if it is damaged.
    private static func isOwn(_ path: String, _ last: FileFacts?) -> Bool {
        if let last, FileFacts(of: path)?.isSameFile(as: last) ?? false { return true }
        if case .tally = try? FileOwner.of(path) { return true }
        return false
    }

    private func take(_ opened: HistoryFile, at wall: Int64) {
        for shortcoming in opened.shortcomings { log.note(HistoryFailure(shortcoming, path)) }
        file = opened
        lastFacts = opened.facts
        removesFutureAt = now().adding(Self.futureDelay)
        lastWall = wall
    }

    private static func wholeSeconds(_ seconds: Double) -> Int64 {
        Int64(exactly: seconds.rounded(.down)).map(HistoryRange.clamped) ?? 0
    }

    // MARK: Appending

    func append(_ tick: HistoryTick) throws {
        guard !isClosed else { throw HistoryError.isClosed }
        guard tick.samples.count <= FailureLog.maxSamples else {
            let counts = "\(tick.samples.count) samples exceeds \(FailureLog.maxSamples)"
            throw HistoryError(.tooLarge, "a tick of \(counts): sample fewer subjects")
        }
        guard !tick.samples.isEmpty else { return }
        if !log.mayTry(at: now()) || !flush(Self.maxFlushedTicks) || !attempt({ try $0.write(tick) }) { keep(tick) }
        checkpointIfDue()
    }

    /// Copies the log into the file about once a minute, so that a copy of the file alone is recent.
    private func checkpointIfDue() {
        // A tick may come a little early.
        let interval = options.checkpointInterval - options.checkpointInterval / 12
        guard file != nil, log.current == nil, lastCheckpoint.map({ now().since($0) >= interval }) ?? true else {
            return
        }
        if attempt({ try $0.checkpoint() }) { lastCheckpoint = now() }
    }

    private func keep(_ tick: HistoryTick) {
        let waited = pending.count
        pending.insert(tick)
        // A lock limits the ticks that arrive while it is held, not those that already waited.
        waitedBeforeLock = log.current == .busy ? min(waitedBeforeLock, waited) : pending.count
        let limit = log.backlogLimit(besides: waitedBeforeLock)
        while pending.count > limit.ticks || pending.sampleCount > limit.samples {
            pending.removeFirst()
            droppedTicks += 1
        }
    }

    /// Writes waiting ticks, oldest first, up to a limit. Returns true if none are left.
    private func flush(_ limit: Int = .max) -> Bool {
        var written = 0
        while let tick = pending.first(1).first {
            guard written < limit, attempt({ try $0.write(tick) }) else { return false }
            written += 1
            pending.removeFirst()
        }
        return true
    }

    /// Performs work on the file, opening it if necessary. Returns true if it succeeded.
    private func attempt(_ work: (inout HistoryFile) throws -> Void) -> Bool {
        do {
            try perform(work)
        } catch {
            failed(error)
            // The failure is over if a new file has replaced a corrupt one.
            guard log.current == nil else { return false }
            do {
                try perform(work)
            } catch {
                begin(HistoryFailure(error, path))
                return false
            }
        }
        log.end()
        return true
    }

    private func perform(_ work: (inout HistoryFile) throws -> Void) throws {
        // The file was moved or deleted, so nothing written to it would be found.
        if file?.isInPlace == false { closeFile() }
        if file == nil {
            let wall = Self.wholeSeconds(wallSeconds())
            take(try HistoryFile(path: path, options: options, now: wall), at: wall)
        }
        try file.mutate { file in
            try work(&file)
            if file.isShared { log.observe(HistoryFailure(.shared, path), at: now(), for: Self.sharingTime) }
            if file.isTooLarge { log.observe(HistoryFailure(.sizeLimit, path), at: now(), for: Self.sizeLimitTime) }
            (file.isShared, file.isTooLarge) = (false, false)
        }
    }

    /// The time after another process's last write for which the file counts as shared.
    private static let sharingTime = Duration.seconds(900)
    /// The time after the last early deletion for which the file counts as too large.
    private static let sizeLimitTime = Duration.seconds(3600)

    private func closeFile() {
        file?.close()
        file = nil
    }

    // MARK: Failure

    private func failed(_ error: any Error) {
        let problem = HistoryFailure(error, path)
        begin(problem)
        guard problem.failure == .corrupt, Self.isOwn(path, lastFacts),
            lastSetAside.map({ now().since($0) >= Self.setAsideInterval }) ?? true
        else { return }
        lastSetAside = now()
        do {
            try CorruptFile.setAside(path, at: Self.wholeSeconds(wallSeconds()))
            let wall = Self.wholeSeconds(wallSeconds())
            take(try HistoryFile(path: path, options: options, now: wall), at: wall)
            log.end()
        } catch {
            log.begin(HistoryFailure(error, path), at: now())
        }
    }

    private func begin(_ problem: HistoryFailure) {
        log.begin(problem, at: now())
        // A connection may keep failing after an error, as when its file is gone.
        if problem.failure != .busy, problem.failure != .heldByReader { closeFile() }
    }

    /// Handles a failed query. Returns true if only the ticks in memory can be queried now.
    func readFailed(_ error: any Error) -> Bool {
        guard !isClosed else { return false }
        let failure = HistoryFailure(error, path).failure
        if failure == .corrupt { failed(error) }
        return file == nil || log.current != nil || failure == .corrupt || failure == .foreign
    }

    // MARK: Pruning

    func prune(before time: Int64) {
        guard !isClosed else { return }
        let wall = Self.wholeSeconds(wallSeconds())
        // After the clock has stepped back, rows of the present are in the future, and would be removed.
        if removesFutureAt != nil, wall < lastWall - Self.maxStepBack {
            removesFutureAt = now().adding(Self.futureDelay)
        }
        lastWall = wall
        pending.remove(before: time)
        guard log.mayTry(at: now()), file != nil else { return }
        checkpointIfDue()
        guard attempt({ try $0.prune(before: time) }), let due = removesFutureAt, now() >= due else { return }
        var isDone = false
        if attempt({ isDone = try $0.removeFuture(after: wall + HistoryFile.maxAhead) }), isDone {
            removesFutureAt = nil
        }
    }

    // MARK: Reading

    /// The ticks that are not in the file yet.
    /// The ticks that are not written yet, for a query that follows. Closes a file that was moved away, whose log would
    /// otherwise be read with the file that has taken its path.
    func waiting() -> TickBuffer {
        if file?.isInPlace == false { closeFile() }
        return pending
    }

    func newestTime() -> Int64? {
        [file?.lastTime, pending.lastTime].compactMap(\.self).max()
    }

    func status() -> HistoryStatus {
        HistoryStatus(
            rows: file.map { $0.rows.map { $0 + pending.sampleCount } } ?? pending.sampleCount,
            bytes: (FileFacts(of: path) == nil ? 0 : file?.bytes ?? 0) + pending.bytes,
            backlog: pending.count,
            droppedTicks: droppedTicks,
            failure: isClosed ? .closed : log.current ?? log.condition(at: now()),
            failures: log.counts,
            causes: log.causes
        )
    }

    func close() {
        guard !isClosed else { return }
        if file != nil || log.mayTry(at: now()) { _ = flush() }
        isClosed = true
        droppedTicks += pending.count
        file?.close()
        file = nil
    }
}

extension Optional {
    /// Changes the value in place, if there is one.
    fileprivate mutating func mutate(_ body: (inout Wrapped) throws -> Void) rethrows {
        guard var value = take() else { return }
        defer { self = value }
        try body(&value)
    }
}
#endif
