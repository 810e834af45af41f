#if Listener
import Synchronization
import Tally

/// Where `/metrics` gets its text from. Both closures may block, so they run on threads kept for that.
package struct ExpositionSource: Sendable {
    /// Gives the next chunk of one exposition, `nil` at its end; never called by two threads at once.
    package typealias Chunks = @Sendable () -> [UInt8]?

    /// Takes the snapshot of one scrape.
    let open: @Sendable (ScrapeRequest) -> Chunks

    package init(open: @escaping @Sendable (ScrapeRequest) -> Chunks) {
        self.open = open
    }

    init(_ registry: MetricRegistry) {
        self.init { request in
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
