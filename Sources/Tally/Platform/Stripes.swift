public import Synchronization

/// The stripes of a contended counter. They keep threads on different cores off the same cache line.
@usableFromInline
enum Stripes {
    /// A stripe takes 128 bytes: some processors have cache lines of that size, others fetch pairs of 64 bytes.
    @usableFromInline
    static let words = 16

    /// Flags in the mask of stripes that a handle has, which cost no word of their own: the registry samples exemplars,
    /// and does so by an injected clock. They leave the choice of a stripe as it is.
    @inlinable
    static var samples: UInt { 1 << 62 }
    static var usesInjectedClock: UInt { 1 << 61 }

    /// The number of stripes that a mask with flags stands for.
    static func count(of mask: UInt) -> Int { Int(mask & (usesInjectedClock - 1)) + 1 }

    /// The words of one stripe of a series of so many words.
    @inlinable
    @inline(__always)
    static func size(of words: Int) -> Int { (words &+ (Self.words &- 1)) & ~(Self.words &- 1) }

    /// Four per core, rounded up to a power of two from 8 to 128, so that threads rarely share a stripe.
    static let count: Int = {
        let cores = System.processors()
        var count = 8
        while count < 128, count < 4 * cores { count *= 2 }
        return count
    }()

    /// A stripe for the calling thread, from the address of its stack: the stacks of threads are far apart, and no
    /// system call is needed. A thread that is deep in calls may get another stripe, which does no harm.
    @inlinable
    @inline(__always)
    static func current(mask: UInt) -> Int {
        var here: UInt8 = 0
        let address = unsafe withUnsafeMutablePointer(to: &here) { UInt(bitPattern: $0) }
        let hash = (address &>> 16) &* 0x9E37_79B9_7F4A_7C15
        return Int(bitPattern: (hash &>> 40) & mask)
    }

    /// The first word of the calling thread's stripe.
    ///
    /// - Parameters:
    ///   - mask: The number of stripes less one.
    ///   - size: The words of a stripe.
    @inlinable
    @inline(__always)
    static func word(
        of words: UnsafeMutablePointer<Atomic<UInt64>>,
        _ mask: UInt,
        size: Int = Self.words
    ) -> UnsafeMutablePointer<Atomic<UInt64>> {
        guard mask != 0 else { return unsafe words }
        return unsafe words + current(mask: mask) &* size
    }
}
