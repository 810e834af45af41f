#if Listener
import Synchronization
import Tally

/// Where `/metrics` gets its text from. Both closures may block, so they run on threads kept for that.
package struct ExpositionSource: Sendable {
    /// Gives the next chunk of one exposition, `nil` at its end; never called by two threads at once.
    package typealias Chunks = @Sendable () -> [UInt8]?

    /// What has to be waited for before the snapshot is taken; nil if nothing has.
    let preparation: @Sendable (ScrapeRequest) -> (@Sendable () async -> Void)?
    /// Takes the snapshot of one scrape.
    let open: @Sendable (ScrapeRequest) -> Chunks

    package init(
        preparation: @escaping @Sendable (ScrapeRequest) -> (@Sendable () async -> Void)? = { _ in nil },
        open: @escaping @Sendable (ScrapeRequest) -> Chunks
    ) {
        self.preparation = preparation
        self.open = open
    }

    /// - Parameter limit: How long what has to be waited for may take, where the request does not say.
    init(_ registry: MetricRegistry, within limit: Duration) {
        self.init { request in
            guard registry.hasAsyncCollectors else { return nil }
            // The rest is for observing gauges, which are asked when this is over.
            return { await registry.collect(names: request.names, within: (request.limit ?? limit) * 0.8) }
        } open: { request in
            let cursor = Cursor(registry.chunks(as: request.format, names: request.names, within: request.limit))
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
