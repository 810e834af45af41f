public import Synchronization

/// From the packed key of a closed label set to the words of its child, read without a lock.
///
/// Open addressing in memory that only grows: a larger table takes the place of a full one, and the full one stays
/// allocated for readers that still walk it (all of them together take less than the largest).
///
/// Invariants: writers hold the family's lock; a bucket's key is written once, after its words; a table is never more
/// than half full, so every walk ends. `forget` clears words and leaves the key, which a later `insert` finds again.
///
/// Unchecked `Sendable`: the pointers are to atomics, published with release and read with acquire; `retired` and
/// `count` are used under the family's lock.
@usableFromInline
@safe
final class ClosedIndex: @unchecked Sendable {
    /// A table: one word that holds its shift, then pairs of key and words.
    @usableFromInline
    let table: Atomic<UInt>
    private var retired: [UnsafeMutablePointer<Atomic<UInt64>>]
    private var count = 0

    /// Set in every stored key, so that no key is 0, which marks an empty bucket.
    @usableFromInline
    static var occupied: UInt64 { 1 << 63 }

    init() {
        let first = unsafe Self.allocate(bits: 3)
        unsafe retired = [first]
        table = Atomic(UInt(bitPattern: first))
    }

    deinit {
        while let memory = unsafe retired.popLast() { unsafe memory.deallocate() }
    }

    private static func allocate(bits: UInt64) -> UnsafeMutablePointer<Atomic<UInt64>> {
        let words = 1 + 2 << Int(bits)
        let memory = UnsafeMutablePointer<Atomic<UInt64>>.allocate(capacity: words)
        unsafe memory.initialize(to: Atomic(64 - bits))
        for index in 1..<words { unsafe (memory + index).initialize(to: Atomic(0)) }
        return unsafe memory
    }

    /// The words of a child, or nil if it has to be looked up by its text.
    /// - Complexity: O(1) expected. Neither locks nor allocates.
    @inlinable
    func find(_ key: UInt64) -> UnsafeMutablePointer<Atomic<UInt64>>? {
        guard
            let base = unsafe UnsafeMutablePointer<Atomic<UInt64>>(bitPattern: table.load(ordering: .acquiring))
        else { return nil }
        let shift = unsafe base.pointee.load(ordering: .relaxed)
        let mask = (1 &<< (64 &- shift)) &- 1
        let stored = key | Self.occupied
        var position = (key &* 0x9E37_79B9_7F4A_7C15) &>> shift
        while true {
            let bucket = unsafe base + Int(truncatingIfNeeded: 1 &+ 2 &* position)
            let found = unsafe bucket.pointee.load(ordering: .acquiring)
            if found == stored {
                let words = unsafe UInt(truncatingIfNeeded: (bucket + 1).pointee.load(ordering: .relaxed))
                return unsafe UnsafeMutablePointer(bitPattern: words)
            }
            if found == 0 { return nil }
            position = (position &+ 1) & mask
        }
    }

    /// Enters a child. Under the family's lock.
    func insert(_ key: UInt64, _ words: UnsafeMutablePointer<Atomic<UInt64>>) {
        var base = unsafe current
        let bits = unsafe 64 - base.pointee.load(ordering: .relaxed)
        if (count + 1) * 2 > 1 << Int(bits) {
            let larger = unsafe Self.allocate(bits: bits + 1)
            for bucket in 0..<(1 << Int(bits)) {
                let key = unsafe base[1 + 2 * bucket].load(ordering: .relaxed)
                let words = unsafe base[2 + 2 * bucket].load(ordering: .relaxed)
                if key != 0 { unsafe Self.place(key, words, in: larger) }
            }
            unsafe retired.append(larger)
            table.store(UInt(bitPattern: larger), ordering: .releasing)
            unsafe base = larger
        }
        if unsafe Self.place(key | Self.occupied, UInt64(UInt(bitPattern: words)), in: base) { count += 1 }
    }

    /// Makes lookups of a child go by its text again. Under the family's lock.
    func forget(_ words: UnsafeMutablePointer<Atomic<UInt64>>) {
        let base = unsafe current
        let bits = unsafe 64 - base.pointee.load(ordering: .relaxed)
        for bucket in 0..<(1 << Int(bits)) {
            let value = unsafe base + (2 + 2 * bucket)
            if unsafe value.pointee.load(ordering: .relaxed) == UInt64(UInt(bitPattern: words)) {
                unsafe value.pointee.store(0, ordering: .relaxed)
            }
        }
    }

    private var current: UnsafeMutablePointer<Atomic<UInt64>> {
        // The last one allocated is the one published.
        unsafe retired[retired.count - 1]
    }

    /// Returns whether the key is new to the table.
    @discardableResult
    private static func place(
        _ stored: UInt64,
        _ words: UInt64,
        in base: UnsafeMutablePointer<Atomic<UInt64>>
    ) -> Bool {
        let shift = unsafe base.pointee.load(ordering: .relaxed)
        let mask = (1 &<< (64 &- shift)) &- 1
        var position = ((stored & ~occupied) &* 0x9E37_79B9_7F4A_7C15) &>> shift
        while true {
            let bucket = unsafe base + Int(1 + 2 * position)
            let found = unsafe bucket.pointee.load(ordering: .relaxed)
            if found == 0 || found == stored {
                // Words first: whoever sees the key sees them.
                unsafe (bucket + 1).pointee.store(words, ordering: .relaxed)
                unsafe bucket.pointee.store(stored, ordering: .releasing)
                return found == 0
            }
            position = (position &+ 1) & mask
        }
    }
}
