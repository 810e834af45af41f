/// An exposition in pieces of about 64 KiB, each encoded on demand, for a body that is written asynchronously.
///
/// ```swift
/// for chunk in registry.chunks(as: format) { try await writer.write(chunk) }
/// ```
///
/// The set of series and the numbers of active users are fixed when the sequence is created. Every other value is read
/// when its line is written. No lock is held between pieces.
public struct ExpositionChunks: Sequence, IteratorProtocol, Sendable {
    private var encoder: SnapshotEncoder
    private let registry: MetricRegistry
    private let parts: [MetricRegistry]
    private var duration: Duration
    private var capacity = OutputBuffer.chunkSize
    /// Nil for uncompressed text.
    private var gzip: GzipStream?

    /// The format of the uncompressed text.
    public let format: ExpositionFormat
    /// The value of the Content-Encoding header, `gzip`, or nil for uncompressed text.
    public let contentEncoding: String?

    init(
        _ snapshot: Snapshot,
        for request: ScrapeRequest,
        of registry: MetricRegistry,
        _ parts: [MetricRegistry],
        collectedIn duration: Duration
    ) {
        encoder = SnapshotEncoder(snapshot, as: request.format)
        self.registry = registry
        self.parts = parts
        format = request.format
        self.duration = duration
        gzip = request.isCompressed ? GzipStream() : nil
        contentEncoding = request.isCompressed ? "gzip" : nil
    }

    /// All header fields of the answer, as in ``Exposition/headers``.
    public var headers: [(name: String, value: String)] { Exposition.headers(format, contentEncoding) }

    /// Returns the next piece, or nil at the end. An uncompressed piece of text consists of whole lines.
    public mutating func next() -> [UInt8]? {
        while !encoder.isDone {
            let chunk =
                gzip == nil
                ? unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in count = unsafe fill(buffer) }
                : unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity) { unsafe compressed($0) }
            if !chunk.isEmpty { return chunk }
        }
        return nil
    }

    /// Passes all pieces to `write`, in memory that is reused.
    mutating func write<Failure: Error>(to write: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        var buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: capacity)
        defer { unsafe buffer.deallocate() }
        while !encoder.isDone {
            if buffer.count < capacity {
                unsafe buffer.deallocate()
                unsafe buffer = .allocate(capacity: capacity)
            }
            if gzip == nil {
                let text = unsafe UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<fill(buffer)])
                if unsafe !text.isEmpty { try unsafe write(text) }
            } else {
                let piece = unsafe compressed(buffer)
                try unsafe piece.withUnsafeBufferPointer { (bytes) throws(Failure) in
                    if !bytes.isEmpty { try unsafe write(UnsafeRawBufferPointer(bytes)) }
                }
            }
        }
    }

    /// Fills memory with the next piece of text, and returns it compressed.
    private mutating func compressed(_ buffer: UnsafeMutableBufferPointer<UInt8>) -> [UInt8] {
        let text = unsafe UnsafeBufferPointer(rebasing: UnsafeBufferPointer(buffer)[..<fill(buffer)])
        return timed { chunks in unsafe chunks.gzip?.compress(text, isLast: chunks.encoder.isDone) ?? [] }
    }

    /// Fills memory with the next piece of text. Returns its length, which may be 0 before the end.
    private mutating func fill(_ buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
        timed { chunks in
            var out = unsafe OutputBuffer(buffer)
            chunks.encoder.fill(&out)
            // An item with many long labels can exceed a piece. The next piece then has the size of the item.
            if out.count == 0, !chunks.encoder.isDone { chunks.capacity = Swift.max(chunks.capacity, out.needed) }
            return out.count
        }
    }

    /// Adds the time that `body` takes to the duration, and reports the duration at the end.
    private mutating func timed<Result>(_ body: (inout Self) -> Result) -> Result {
        let start = registry.context.now()
        defer {
            duration = duration.adding(registry.context.now().since(start))
            if encoder.isDone { for part in parts { part.ownMetrics?.scraped(in: duration) } }
        }
        return body(&self)
    }
}
