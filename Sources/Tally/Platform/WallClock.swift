#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The machine's own clocks, for what needs no injected one: the time of day, which may step, and a stamp that tells
/// whether it is worth asking anything better.
package enum WallClock {
    package static func secondsSinceEpoch() -> Double {
        guard let time = read(CLOCK_REALTIME) else { return .nan }
        return Double(time.seconds) + Double(time.nanoseconds) / 1e9
    }

    /// Changes every few milliseconds, and takes a few nanoseconds to read; nil where there is no such clock.
    @inline(__always)
    static func coarseStamp() -> UInt64? {
        #if os(Linux)
        guard let time = read(CLOCK_MONOTONIC_COARSE) else { return nil }
        return UInt64(truncatingIfNeeded: time.seconds &* 1_000_000_000 &+ time.nanoseconds)
        #else
        return nil
        #endif
    }

    @inline(__always)
    private static func read(_ clock: clockid_t) -> (seconds: Int64, nanoseconds: Int64)? {
        // Two words, seconds and nanoseconds, on every 64-bit system. Read as such: which module the members of
        // `timespec` belong to depends on what else is imported.
        unsafe withUnsafeTemporaryAllocation(of: timespec.self, capacity: 1) { time in
            guard MemoryLayout<timespec>.size == 16, let address = time.baseAddress,
                unsafe clock_gettime(clock, address) == 0
            else { return nil }
            let words = UnsafeRawPointer(address)
            return unsafe (words.load(as: Int64.self), words.load(fromByteOffset: 8, as: Int64.self))
        }
    }
}
