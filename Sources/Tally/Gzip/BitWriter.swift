/// Collects bits until they fill whole bytes.
struct BitWriter: Sendable {
    private(set) var pending: UInt64 = 0
    /// The number of pending bits, at most 7 between calls.
    private(set) var count: UInt64 = 0

    init() {}

    init(pending: UInt64, count: UInt64) {
        self.pending = pending
        self.count = count
    }

    /// Appends bits, the lowest first. The pending bits must not exceed 64.
    @inline(__always)
    mutating func append(_ value: UInt64, _ length: UInt64) {
        pending |= value &<< count
        count &+= length
    }

    /// Stores all whole bytes and returns their end. Always writes eight bytes at `place`.
    @inline(__always)
    mutating func flush(to place: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        unsafe place.storeBytes(of: pending.littleEndian, as: UInt64.self)
        let bytes = count &>> 3
        pending &>>= 8 &* bytes
        count &= 7
        return unsafe place + Int(truncatingIfNeeded: bytes)
    }

    /// Pads the last byte with zeros and writes it.
    mutating func finish(_ out: inout [UInt8]) {
        while count > 0 {
            out.append(UInt8(truncatingIfNeeded: pending))
            pending >>= 8
            count -= min(count, 8)
        }
    }
}
