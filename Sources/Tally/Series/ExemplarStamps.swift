internal import Synchronization

/// The times of the last samples of exemplars, one for each word of a block. Allocated by the first sample.
///
/// A thread claims a word before it samples an exemplar. Neither another thread nor an update by the closure itself can
/// sample the word meanwhile.
@safe
struct ExemplarStamps: ~Copyable {
    /// The address of the stamps; 0 if there are none yet.
    private let address = Atomic<UInt>(0)

    /// Stamps that are not times.
    private static var never: UInt32 { .max }
    private static var claimed: UInt32 { .max - 1 }
    /// The bits of a time.
    private static var times: UInt32 { .max >> 1 }
    /// The ticks between two exemplars of a word: one second.
    private static var interval: UInt32 { 15 }

    deinit {
        unsafe Self.pointer(address.load(ordering: .relaxed))?.deallocate()
    }

    /// A time in units of 2^26 nanoseconds, 67 ms, which wraps after four years.
    static func tick(nanoseconds: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: nanoseconds >> 26) & times }

    /// True if a word has had no sample for a second. Neither locks nor allocates.
    @inline(__always)
    func isDue(_ word: Int, at tick: UInt32) -> Bool {
        guard let stamps = unsafe Self.pointer(address.load(ordering: .acquiring)) else { return true }
        return unsafe Self.isDue(stamps[word].load(ordering: .relaxed), at: tick)
    }

    /// Claims a word that is due. Returns false if it is not, or if another thread has claimed it.
    ///
    /// - Parameter count: The number of words that have stamps.
    func claim(_ word: Int, of count: Int, at tick: UInt32) -> Bool {
        let stamps = unsafe Self.pointer(address.load(ordering: .acquiring)) ?? allocate(count)
        let stamp = unsafe stamps[word].load(ordering: .relaxed)
        guard Self.isDue(stamp, at: tick) else { return false }
        return unsafe stamps[word].compareExchange(expected: stamp, desired: Self.claimed, ordering: .relaxed).exchanged
    }

    /// Makes a word due a second from now, unless a thread has claimed it.
    func renew(_ word: Int, of count: Int, at tick: UInt32) {
        let stamps = unsafe Self.pointer(address.load(ordering: .acquiring)) ?? allocate(count)
        let stamp = unsafe stamps[word].load(ordering: .relaxed)
        guard stamp != Self.claimed else { return }
        // If it fails, another thread has just renewed or claimed the word.
        unsafe _ = stamps[word].compareExchange(expected: stamp, desired: tick, ordering: .relaxed)
    }

    /// Ends a claim. Without an exemplar, the word is due again at the next tick.
    func release(_ word: Int, at tick: UInt32, hasSample: Bool) {
        guard let stamps = unsafe Self.pointer(address.load(ordering: .acquiring)) else { return }
        let stamp = (hasSample ? tick : tick &- (Self.interval - 1)) & Self.times
        unsafe stamps[word].store(stamp, ordering: .relaxed)
    }

    @inline(__always)
    private static func isDue(_ stamp: UInt32, at tick: UInt32) -> Bool {
        if stamp > times { return stamp == never }
        return (tick &- stamp) & times >= interval
    }

    private borrowing func allocate(_ count: Int) -> UnsafeMutablePointer<Atomic<UInt32>> {
        let new = UnsafeMutablePointer<Atomic<UInt32>>.allocate(capacity: count)
        for index in 0..<count { unsafe (new + index).initialize(to: Atomic(Self.never)) }
        let (exchanged, original) = address.compareExchange(
            expected: 0,
            desired: UInt(bitPattern: new),
            ordering: .acquiringAndReleasing
        )
        if exchanged { return unsafe new }
        unsafe new.deallocate()
        // Never nil: the exchange failed because another thread had stored an address.
        return unsafe Self.pointer(original).unsafelyUnwrapped
    }

    @inline(__always)
    private static func pointer(_ address: UInt) -> UnsafeMutablePointer<Atomic<UInt32>>? {
        unsafe UnsafeMutablePointer(bitPattern: address)
    }
}
