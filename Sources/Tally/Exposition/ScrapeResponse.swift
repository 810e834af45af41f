/// The answer to a ``ScrapeRequest``: header fields, and a body that is encoded in pieces while it is sent.
///
/// ```swift
/// let response = await registry.response(to: scrape)
/// for await chunk in response { try await writer.write(chunk) }
/// ```
///
/// The body has the pieces of ``MetricRegistry/chunks(for:)``. The sequence encodes a piece only when its consumer asks
/// for it, so a slow client exerts back-pressure. Iterating does not suspend. Each iteration encodes the body anew.
public struct ScrapeResponse: AsyncSequence, Sendable {
    /// The encoder of the body's pieces.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private var chunks: ExpositionChunks

        fileprivate init(_ chunks: ExpositionChunks) {
            self.chunks = chunks
        }

        /// Returns the next piece, or nil at the end.
        public mutating func next() async -> [UInt8]? { chunks.next() }
    }

    private let chunks: ExpositionChunks

    init(_ chunks: ExpositionChunks) {
        self.chunks = chunks
    }

    /// All header fields: Content-Type, Content-Encoding if the body is compressed, Vary and Cache-Control.
    public var headers: [(name: String, value: String)] { chunks.headers }

    /// Begins the body.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(chunks) }
}

extension MetricRegistry {
    /// Returns the whole answer to a scraper's request: everything that a `/metrics` route needs.
    ///
    /// Calls asynchronous collectors as ``collect(for:)`` does, then observed instruments and other collectors as
    /// ``chunks(for:)`` does.
    public func response(to request: ScrapeRequest) async -> ScrapeResponse {
        await collect(for: request)
        return ScrapeResponse(chunks(for: request))
    }
}
