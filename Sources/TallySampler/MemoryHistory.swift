internal import Tally

/// A history in memory, gone with the process: `.memory(maxSamples:)`.
///
/// A word a value, and some seven a sample. Nothing in it waits: each call takes a lock for as long as it computes.
public final class MemoryHistory: HistoryStore {
    private struct State {
        var ticks = TickBuffer()
        var isClosed = false
    }

    /// How many samples are kept.
    public let maxSamples: Int
    private let state = Locked(State())

    /// An empty history.
    ///
    /// - Parameter maxSamples: How many samples are kept at most, one at least. Where there would be more, the oldest ticks
    ///   go, as wholes.
    public init(maxSamples: Int) {
        self.maxSamples = max(1, maxSamples)
    }

    /// Keeps a tick. Drops the oldest ones where it would not fit.
    ///
    /// - Throws: ``HistoryError`` if the history was closed, or if the tick alone has more samples than are kept.
    public func append(_ tick: HistoryTick) async throws {
        let count = tick.samples.count
        guard count <= maxSamples else {
            throw HistoryError(.tooLarge, "a tick of \(count) samples does not fit into \(maxSamples)")
        }
        let isClosed = state.withLock { state in
            guard !state.isClosed else { return true }
            if count > 0 { state.ticks.insert(tick) }
            while state.ticks.sampleCount > maxSamples { state.ticks.removeFirst() }
            return false
        }
        guard !isClosed else { throw HistoryError(.closed, "the history is closed") }
    }

    /// Drops ticks from before a time.
    public func prune(before time: Int64) async throws {
        state.withLock { $0.ticks.remove(before: time) }
    }

    /// The values of a metric by buckets of time. See ``HistoryStore/history(_:)``; at most 10,000 points, the newest.
    public func history(_ query: HistoryQuery) async throws -> [HistoryPoint] {
        // A copy, which shares its storage, so that no append waits for a query.
        state.withLock { $0.ticks }.points(query)
    }

    /// Whose samples there are of these times. See ``HistoryStore/subjects(from:through:)``; at most 10,000.
    public func subjects(from: Int64, through: Int64) async throws -> [SampleSubject] {
        guard let range = HistoryRange(from: from, through: through) else { return [] }
        return .listed(state.withLock { $0.ticks }.subjects(range))
    }

    /// The time of the newest tick.
    public func newestTime() async throws -> Int64? {
        state.withLock { $0.ticks.lastTime }
    }

    /// How much is kept.
    public func status() async -> HistoryStatus {
        state.withLock { state in
            HistoryStatus(
                rows: state.ticks.sampleCount,
                bytes: state.ticks.bytes,
                failure: state.isClosed ? .closed : nil,
                failures: state.isClosed ? [.closed: 1] : [:]
            )
        }
    }

    /// Ends appending. What is kept can still be asked for.
    public func close() async {
        state.withLock { $0.isClosed = true }
    }
}

extension HistoryStore where Self == MemoryHistory {
    /// A history in memory.
    ///
    /// - Parameter maxSamples: How many samples are kept at most: 50 containers at an interval of 15 seconds make 24,000
    ///   in two hours.
    public static func memory(maxSamples: Int) -> MemoryHistory { MemoryHistory(maxSamples: maxSamples) }
}
