internal import Tally

/// A history in memory. Nothing in it waits: each call takes a lock for as long as it computes.
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

    /// Keeps a tick. Drops the oldest ones where it would not fit.
    ///
    /// - Throws: ``HistoryError`` if the history was closed, or if the tick alone has more samples than are kept.
    package func append(_ tick: HistoryTick) async throws {
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

    package func prune(before time: Int64) async throws {
        state.withLock { $0.ticks.remove(before: time) }
    }

    package func history(_ query: HistoryQuery) async throws -> [HistoryPoint] {
        // A copy, which shares its storage, so that no append waits for a query.
        state.withLock { $0.ticks }.points(query)
    }

    package func subjects(from: Int64, through: Int64) async throws -> [SampleSubject] {
        guard let range = HistoryRange(from: from, through: through) else { return [] }
        return .listed(state.withLock { $0.ticks }.subjects(range))
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

    /// Ends appending. What is kept can still be asked for.
    package func close() async {
        state.withLock { $0.isClosed = true }
    }
}
