internal import Tally

/// A history in memory. Calls never suspend, and queries read a copy outside the lock.
package final class MemoryHistory: SampleHistory {
    private struct State {
        var ticks = TickBuffer()
        var isClosed = false
    }

    private let maxSamples: Int
    private let state = Locked(State())

    package init(maxSamples: Int) {
        self.maxSamples = max(1, maxSamples)
    }

    /// Keeps a tick, evicting the oldest ones if it does not fit.
    ///
    /// - Throws: ``HistoryError`` if the history is closed, or if the tick alone exceeds `maxSamples`.
    package func append(_ tick: HistoryTick) async throws {
        let count = tick.samples.count
        guard count <= maxSamples else {
            throw HistoryError(.tooLarge, "a tick of \(count) samples exceeds maxSamples (\(maxSamples)): raise it")
        }
        let isClosed = state.withLock { state in
            guard !state.isClosed else { return true }
            if count > 0 { state.ticks.insert(tick) }
            while state.ticks.sampleCount > maxSamples { state.ticks.removeFirst() }
            return false
        }
        guard !isClosed else { throw HistoryError.isClosed }
    }

    package func prune(before time: Int64) async throws {
        state.withLock { $0.ticks.remove(before: time) }
    }

    package func series(_ query: SeriesQuery) async throws -> [HistorySeries] {
        guard var collector = SeriesCollector(query) else { return [] }
        // Copies share their storage, so no append waits for a query.
        try state.withLock { $0.ticks }.feed(&collector)
        return try collector.finish()
    }

    package func subjects(from: Int64, through: Int64) async throws -> [SampleSubject] {
        guard var collector = SeriesCollector(.subjects(from: from, through: through)) else { return [] }
        try state.withLock { $0.ticks }.feed(&collector)
        return try collector.finishedSubjects()
    }

    package func newestTime() async throws -> Int64? {
        state.withLock { $0.ticks.lastTime }
    }

    package func status() async -> HistoryStatus {
        state.withLock { state in
            HistoryStatus(
                rows: state.ticks.sampleCount,
                bytes: state.ticks.bytes,
                failure: state.isClosed ? .closed : nil,
                failures: state.isClosed ? [.closed: 1] : [:]
            )
        }
    }

    /// Ends appending. Queries still work.
    package func close() async {
        state.withLock { $0.isClosed = true }
    }
}
