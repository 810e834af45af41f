public import Synchronization

/// From the packed key of a closed label set to its child's handle, found without a lock.
///
/// Open addressing in memory that only grows: a larger table takes the place of a full one, and the full one stays
/// allocated for readers that still walk it (all of them together take less than the largest). Handles are stored once,
/// at an address of their own, and live as long as the index.
///
/// Invariants: writers hold the family's lock; a bucket's key is written once, after its handle's address; a table is
/// never more than half full, so every walk ends. Removing a child clears the address and leaves the key, which a later
/// `insert` finds again.
///
/// Unchecked `Sendable`: the tables are atomics, published with release and read with acquire; handles are immutable;
/// `tables`, `records` and `count` are used under the family's lock.
@safe
@usableFromInline
final class ClosedIndex<Child: Instrument>: @unchecked Sendable {
    /// Where the address of the current table is. A table is a word that holds its shift, then pairs of key and
    /// address.
    ///
    /// Outside of the object, so that a lookup which knows this address needs no reference to the object.
    let table: UnsafeMutablePointer<Atomic<UInt>>
    private var tables: [UnsafeMutablePointer<Atomic<UInt64>>]
    private var records: UnsafeMutablePointer<ClosedRecord>?
    /// The bucket of a record that has none yet.
    private let noBucket: UnsafeMutablePointer<Atomic<UInt64>>
    /// Keys in the current table.
    private var count = 0
    /// Larger tables begin empty: the lock is not held for as long as copying one takes.
    private static var maxCopiedBits: UInt64 { 10 }

    /// Set in every stored key, so that no key is 0, which marks an empty bucket.
    @inlinable
    static var occupied: UInt64 { 1 << 63 }

    init() {
        let first = unsafe Self.allocate(bits: 3)
        unsafe tables = [first]
        unsafe table = .allocate(capacity: 1)
        unsafe table.initialize(to: Atomic(UInt(bitPattern: first)))
        unsafe records = nil
        unsafe noBucket = .allocate(capacity: 1)
        unsafe noBucket.initialize(to: Atomic(0))
    }

    deinit {
        unsafe table.deallocate()
        while let table = unsafe tables.popLast() { unsafe System.release(table) }
        while let record = unsafe records {
            unsafe records = record.pointee.nextOfIndex
            let memory = UnsafeMutableRawPointer(record)
            unsafe (memory + Self.childOffset).assumingMemoryBound(to: Child.self).deinitialize(count: 1)
            unsafe memory.deallocate()
        }
        unsafe noBucket.deallocate()
    }

    /// Zeros that the system provides as they are touched: a large table costs nothing at first.
    private static func allocate(bits: UInt64) -> UnsafeMutablePointer<Atomic<UInt64>> {
        let words = 1 + 2 << Int(bits)
        // As for any allocation of Swift's own: there is no way on without memory.
        guard let memory = unsafe System.allocateZeroed(words, size: MemoryLayout<UInt64>.size) else {
            fatalError("Tally: no memory left")
        }
        let table = unsafe memory.bindMemory(to: Atomic<UInt64>.self, capacity: words)
        unsafe table.pointee.store(64 - bits, ordering: .relaxed)
        return unsafe table
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
            unsafe base = grow(to: bits + 1)
        }
        unsafe place(record(of: key, cell), in: base)
    }

    /// Publishes a larger table. Those handles that it does not take over come back with the next lookup by text.
    private func grow(to bits: UInt64) -> UnsafeMutablePointer<Atomic<UInt64>> {
        let larger = unsafe Self.allocate(bits: bits)
        count = 0
        if bits <= Self.maxCopiedBits {
            var record = unsafe records
            while let found = unsafe record {
                if unsafe found.pointee.bucket.pointee.load(ordering: .relaxed) != 0 { unsafe place(found, in: larger) }
                unsafe record = found.pointee.nextOfIndex
            }
        }
        unsafe tables.append(larger)
        unsafe table.pointee.store(UInt(bitPattern: larger), ordering: .releasing)
        return unsafe larger
    }

    /// The one record of a child under a key, at an address that stays.
    private func record(of key: UInt64, _ cell: SeriesCell) -> UnsafeMutablePointer<ClosedRecord> {
        let slot = unsafe cell.block.slot(of: cell.words)
        let owner = ObjectIdentifier(self)
        var record = unsafe cell.block.firstRecord(slot)
        while let found = unsafe record {
            if unsafe found.pointee.key == key, unsafe found.pointee.owner == owner { return unsafe found }
            unsafe record = found.pointee.next
        }
        let memory = unsafe UnsafeMutableRawPointer.allocate(
            byteCount: Self.childOffset + MemoryLayout<Child>.stride,
            alignment: MemoryLayout<ClosedRecord>.alignment
        )
        let new = unsafe memory.bindMemory(to: ClosedRecord.self, capacity: 1)
        // Its bucket is that of the index until it has one.
        unsafe new.initialize(to: ClosedRecord(owner: owner, key: key, nextOfIndex: records, bucket: noBucket))
        unsafe (memory + Self.childOffset).bindMemory(to: Child.self, capacity: 1)
            .initialize(to: Child._handle(to: _Series(cell)))
        unsafe cell.block.push(new, slot)
        unsafe records = unsafe new
        return unsafe new
    }

    /// Where in a record's memory its handle is.
    private static var childOffset: Int {
        let mask = MemoryLayout<Child>.alignment - 1
        return unsafe (MemoryLayout<ClosedRecord>.size + mask) & ~mask
    }

    private var current: UnsafeMutablePointer<Atomic<UInt64>> {
        // The last one allocated is the one published.
        unsafe tables[tables.count - 1]
    }

    private func place(_ record: UnsafeMutablePointer<ClosedRecord>, in base: UnsafeMutablePointer<Atomic<UInt64>>) {
        let key = unsafe record.pointee.key
        let stored = key | Self.occupied
        let address = unsafe UInt64(UInt(bitPattern: UnsafeRawPointer(record) + Self.childOffset))
        let shift = unsafe base.pointee.load(ordering: .relaxed)
        let mask = (1 &<< (64 &- shift)) &- 1
        var position = (key &* 0x9E37_79B9_7F4A_7C15) &>> shift
        while true {
            let bucket = unsafe base + Int(1 + 2 * position)
            let found = unsafe bucket.pointee.load(ordering: .relaxed)
            if found == 0 || found == stored {
                if found == 0 { count += 1 }
                unsafe record.pointee.bucket = unsafe bucket + 1
                // The address first: whoever sees the key sees it.
                unsafe (bucket + 1).pointee.store(address, ordering: .releasing)
                unsafe bucket.pointee.store(stored, ordering: .releasing)
                return
            }
            position = (position &+ 1) & mask
        }
    }
}
