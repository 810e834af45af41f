#if Listener
import Synchronization
package import Tally

/// Where `/metrics` gets its text from.
package struct ExpositionSource: Sendable {
    /// Gives the next chunk of one exposition, `nil` at its end; never called by two threads at once.
    package typealias Chunks = @Sendable () -> [UInt8]?

    /// Begins to ask what has to be waited for before the snapshot is taken, and returns the way to give it up; nil if
    /// nothing has. The closure is called once at most, on any thread.
    let prepare: @Sendable (ScrapeRequest, _ done: @escaping @Sendable () -> Void) -> (@Sendable () -> Bool)?
    /// Takes the snapshot of one scrape. May block, as its chunks may, so both are called on threads kept for that.
    let open: @Sendable (ScrapeRequest) -> Chunks

    package init(open: @escaping @Sendable (ScrapeRequest) -> Chunks) {
        prepare = { _, _ in nil }
        self.open = open
    }

    init(_ registry: MetricRegistry) {
        prepare = { request, done in
            guard registry.hasAsyncCollectors else { return nil }
            let pending = registry.beginCollecting(for: request, done)
            return { pending.giveUp() }
        }
        open = { request in
            let cursor = Cursor(registry.chunks(for: request))
            return { cursor.next() }
        }
    }

    /// Advances the chunks in place: a copy that travelled from call to call would copy their buffers as well.
    private final class Cursor: Sendable {
        private let chunks: Mutex<ExpositionChunks>

        init(_ chunks: ExpositionChunks) {
            self.chunks = Mutex(chunks)
        }

        func next() -> [UInt8]? {
            chunks.withLock { $0.next() }
        }
    }
}
#endif
