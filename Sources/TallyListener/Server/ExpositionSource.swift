#if Listener
import Synchronization
package import Tally

/// The source of the text of `/metrics`.
package struct ExpositionSource: Sendable {
    /// Returns the next chunk of one exposition, or `nil` at its end. Never called by two threads at once.
    package typealias Chunks = @Sendable () -> [UInt8]?

    /// Starts the asynchronous collectors that the snapshot needs and returns a closure that stops waiting for them, or
    /// nil if there are none. `done` is called at most once, on any thread.
    let prepare:
        @Sendable (ScrapeRequest, _ done: @escaping @Sendable () -> Void) -> (@Sendable (_ isLate: Bool) -> Bool)?
    /// Takes the snapshot for one scrape. Both this and the chunks may block, so they run on dedicated threads.
    let open: @Sendable (ScrapeRequest) -> Chunks

    package init(
        prepare: @escaping @Sendable (ScrapeRequest, @escaping @Sendable () -> Void) -> (@Sendable (Bool) -> Bool)? = {
            _,
            _ in nil
        },
        open: @escaping @Sendable (ScrapeRequest) -> Chunks
    ) {
        self.prepare = prepare
        self.open = open
    }

    init(_ registry: MetricRegistry) {
        prepare = { request, done in
            guard registry.hasAsyncCollectors else { return nil }
            let pending = registry.beginCollecting(for: request, done)
            return { pending.giveUp(isLate: $0) }
        }
        open = { request in
            let cursor = Cursor(registry.chunks(for: request))
            return { cursor.next() }
        }
    }

    /// Advances the chunks in place, because copies between calls would copy their buffers as well.
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
