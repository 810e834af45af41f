public import Synchronization

/// What a family's storage asks of a closed index, whatever children it holds.
protocol ClosedIndexing: AnyObject, Sendable {
    /// Makes lookups of the child with these words go by its text again. Under the family's lock.
    func forget(_ words: UnsafeMutablePointer<Atomic<UInt64>>)
    /// Makes all lookups go by text again. Under the family's lock.
    func forgetAll()
}

/// From the packed key of a closed label set to its child's handle, found without a lock.
///
/// Open addressing in memory that only grows: a larger table takes the place of a full one, and the full one stays
/// allocated for readers that still walk it (all of them together take less than the largest). Handles are stored once,
/// at an address of their own, and live as long as the index.
///
/// Invariants: writers hold the family's lock; a bucket's key is written once, after its handle's address; a table is
/// never more than half full, so every walk ends. `forget` clears the address and leaves the key, which a later
/// `insert` finds again.
///
/// Unchecked `Sendable`: the tables are atomics, published with release and read with acquire; handles are immutable;
/// `tables`, `handles` and `count` are used under the family's lock.
@safe
@usableFromInline
final class ClosedIndex<Child: Instrument>: ClosedIndexing, @unchecked Sendable {
    /// Where the address of the current table is. A table is a word that holds its shift, then pairs of key and address.
    ///
    /// Outside of the object, so that a lookup which knows this address needs no reference to the object.
    let table: UnsafeMutablePointer<Atomic<UInt>>
    private var tables: [UnsafeMutablePointer<Atomic<UInt64>>]
    /// By the address of the child's words.
    private var handles: [UInt: UnsafeMutablePointer<Child>] = unsafe [:]
    private var count = 0

    /// Set in every stored key, so that no key is 0, which marks an empty bucket.
    @inlinable
    static var occupied: UInt64 { 1 << 63 }

    init() {
        let first = unsafe Self.allocate(bits: 3)
        unsafe tables = [first]
        unsafe table = .allocate(capacity: 1)
        unsafe table.initialize(to: Atomic(UInt(bitPattern: first)))
    }

    deinit {
        unsafe table.deallocate()
        while let table = unsafe tables.popLast() { unsafe table.deallocate() }
        while let (_, handle) = unsafe handles.popFirst() {
            unsafe handle.deinitialize(count: 1)
            unsafe handle.deallocate()
        }
    }

    private static func allocate(bits: UInt64) -> UnsafeMutablePointer<Atomic<UInt64>> {
        let words = 1 + 2 << Int(bits)
        let memory = UnsafeMutablePointer<Atomic<UInt64>>.allocate(capacity: words)
        unsafe memory.initialize(to: Atomic(64 - bits))
        for index in 1..<words { unsafe (memory + index).initialize(to: Atomic(0)) }
        return unsafe memory
    }

    /// The handle of a child, or nil if it has to be looked up by its text.
    ///
    /// - Parameter table: An index's ``table``; the caller keeps the index.
    /// - Complexity: O(1) expected. Neither locks nor allocates.
    @inlinable
    @inline(__always)
    static func find(_ key: UInt64, in table: UnsafePointer<Atomic<UInt>>) -> UnsafePointer<Child>? {
        // A table is always there.
        let address = unsafe table.pointee.load(ordering: .acquiring)
        let base = unsafe UnsafePointer<Atomic<UInt64>>(bitPattern: address).unsafelyUnwrapped
        let shift = unsafe base.pointee.load(ordering: .relaxed)
        let stored = key | occupied
        var position = (key &* 0x9E37_79B9_7F4A_7C15) &>> shift
        while true {
            let bucket = unsafe base + Int(truncatingIfNeeded: 1 &+ 2 &* position)
            let found = unsafe bucket.pointee.load(ordering: .acquiring)
            if found == stored {
                // Acquire, for the handle that it points at may be younger than the key.
                let address = unsafe (bucket + 1).pointee.load(ordering: .acquiring)
                return unsafe UnsafePointer(bitPattern: UInt(truncatingIfNeeded: address))
            }
            if found == 0 { return nil }
            position = (position &+ 1) & ((1 &<< (64 &- shift)) &- 1)
        }
    }

    /// Enters a child. Under the family's lock.
    func insert(_ key: UInt64, _ cell: SeriesCell) {
        var base = unsafe current
        let bits = unsafe 64 - base.pointee.load(ordering: .relaxed)
        if (count + 1) * 2 > 1 << Int(bits) {
            let larger = unsafe Self.allocate(bits: bits + 1)
            for bucket in 0..<(1 << Int(bits)) {
                let key = unsafe base[1 + 2 * bucket].load(ordering: .relaxed)
                let address = unsafe base[2 + 2 * bucket].load(ordering: .relaxed)
                if key != 0 { _ = unsafe Self.place(key, address, in: larger) }
            }
            unsafe tables.append(larger)
            unsafe table.pointee.store(UInt(bitPattern: larger), ordering: .releasing)
            unsafe base = larger
        }
        let address = unsafe UInt64(UInt(bitPattern: handle(of: cell)))
        if unsafe Self.place(key | Self.occupied, address, in: base) { count += 1 }
    }

    /// The one handle of a child, at an address that stays.
    private func handle(of cell: SeriesCell) -> UnsafeMutablePointer<Child> {
        let words = unsafe UInt(bitPattern: cell.words)
        if let existing = unsafe handles[words] { return unsafe existing }
        let handle = UnsafeMutablePointer<Child>.allocate(capacity: 1)
        unsafe handle.initialize(to: Child._handle(to: _Series(cell)))
        unsafe handles[words] = handle
        return unsafe handle
    }

    func forget(_ words: UnsafeMutablePointer<Atomic<UInt64>>) {
        guard let handle = unsafe handles[UInt(bitPattern: words)] else { return }
        let address = UInt64(UInt(bitPattern: handle))
        clear { $0 == address }
    }

    func forgetAll() {
        clear { _ in true }
    }

    private func clear(where isMatch: (_ address: UInt64) -> Bool) {
        let base = unsafe current
        let bits = unsafe 64 - base.pointee.load(ordering: .relaxed)
        for bucket in 0..<(1 << Int(bits)) {
            let address = unsafe base[2 + 2 * bucket].load(ordering: .relaxed)
            if isMatch(address) { unsafe base[2 + 2 * bucket].store(0, ordering: .relaxed) }
        }
    }

    private var current: UnsafeMutablePointer<Atomic<UInt64>> {
        // The last one allocated is the one published.
        unsafe tables[tables.count - 1]
    }

    /// Returns whether the key is new to the table.
    private static func place(
        _ stored: UInt64,
        _ address: UInt64,
        in base: UnsafeMutablePointer<Atomic<UInt64>>
    ) -> Bool {
        let shift = unsafe base.pointee.load(ordering: .relaxed)
        let mask = (1 &<< (64 &- shift)) &- 1
        var position = ((stored & ~occupied) &* 0x9E37_79B9_7F4A_7C15) &>> shift
        while true {
            let bucket = unsafe base + Int(1 + 2 * position)
            let found = unsafe bucket.pointee.load(ordering: .relaxed)
            if found == 0 || found == stored {
                // The address first: whoever sees the key sees it.
                unsafe (bucket + 1).pointee.store(address, ordering: .releasing)
                unsafe bucket.pointee.store(stored, ordering: .releasing)
                return found == 0
            }
            position = (position &+ 1) & mask
        }
    }
}
