#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The machine's idea of the time of day, which may step. Only for values that are shown; durations use a clock.
enum WallClock {
    static func secondsSinceEpoch() -> Double {
        // Two words, seconds and nanoseconds, on every 64-bit system. Read as such: which module the members of
        // `timespec` belong to depends on what else is imported.
        unsafe withUnsafeTemporaryAllocation(of: timespec.self, capacity: 1) { time in
            guard MemoryLayout<timespec>.size == 16, let address = time.baseAddress,
                unsafe clock_gettime(CLOCK_REALTIME, address) == 0
            else { return .nan }
            let words = UnsafeRawPointer(address)
            return unsafe Double(words.load(as: Int64.self)) + Double(words.load(fromByteOffset: 8, as: Int64.self))
                / 1e9
        }
    }
}
