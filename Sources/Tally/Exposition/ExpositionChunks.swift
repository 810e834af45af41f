/// An exposition in pieces of about 64 KiB, each encoded when it is asked for.
///
/// For hosts whose response body is written asynchronously:
///
/// ```swift
/// for chunk in registry.chunks(as: format) { try await writer.write(chunk) }
/// ```
///
/// Which series there are is settled when the sequence is made, as are the numbers of active users; other values are read
/// when their line is written. No lock is held between the pieces.
public struct ExpositionChunks: Sequence, IteratorProtocol, Sendable {
    private var encoder: SnapshotEncoder
    private let registry: MetricRegistry
    /// The registry, and those that are included in it.
    private let parts: [MetricRegistry]
    private var duration: Duration
    private var capacity = OutputBuffer.chunkSize

    /// The format of the bytes.
    public let format: ExpositionFormat

    init(
        _ snapshot: Snapshot,
        as format: ExpositionFormat,
        of registry: MetricRegistry,
        _ parts: [MetricRegistry],
        collectedIn duration: Duration
    ) {
        encoder = SnapshotEncoder(snapshot, as: format)
        self.registry = registry
        self.parts = parts
        self.format = format
        self.duration = duration
    }

    /// The next piece, whole lines of the text; nil at the end.
    public mutating func next() -> [UInt8]? {
        while !encoder.isDone {
            let chunk = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
                count = unsafe fill(buffer)
            }
            if !chunk.isEmpty { return chunk }
        }
        return nil
    }

    /// Fills memory with the next piece and returns its length, which may be 0 before the end.
    mutating func fill(_ buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
        let start = registry.context.now()
        var out = unsafe OutputBuffer(buffer)
        encoder.fill(&out)
        // An item larger than a whole piece, as with many long labels: the next piece is as large as it.
        if out.count == 0, !encoder.isDone { capacity = Swift.max(capacity, out.needed) }
        duration = duration.adding(registry.context.now().since(start))
        if encoder.isDone { for part in parts { part.ownMetrics?.scraped(in: duration) } }
        return out.count
    }

    /// Hands all pieces to `write`, in memory that is reused.
    mutating func write<Failure: Error>(
        to write: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        var buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: capacity)
        defer { unsafe buffer.deallocate() }
        while !encoder.isDone {
            if buffer.count < capacity {
                unsafe buffer.deallocate()
                unsafe buffer = .allocate(capacity: capacity)
            }
            let count = unsafe fill(buffer)
            if count > 0 {
                try unsafe write(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]))
            }
        }
    }
}
