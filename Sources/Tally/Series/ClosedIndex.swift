public import Synchronization

/// A lock-free lookup from the packed key of a closed label set (``KeyPacking``) to its child's handle.
///
/// The table uses open addressing. A larger table replaces a full one, which stays allocated for readers that still
/// walk it; all old tables together take less memory than the newest. Handles live as long as the index, at a stable
/// address.
///
/// Invariants: writers hold the family's lock; a bucket's key is written once, after its handle's address; a table is
/// never more than half full, so every walk ends. Removing a child clears the address but keeps the key for a later
/// `insert`.
///
/// Unchecked `Sendable`: the tables are atomics, published with release and read with acquire; handles are immutable;
/// `tables`, `records` and `count` are used under the family's lock.
@safe
@usableFromInline
final class ClosedIndex<Child: Instrument>: @unchecked Sendable {
    /// Points to the address of the current table: a word with its shift, followed by pairs of key and address.
    /// Allocated outside the object, so that a lookup needs no reference to the object.
    let table: UnsafeMutablePointer<Atomic<UInt>>
    private var tables: [UnsafeMutablePointer<Atomic<UInt64>>]
    private var records: UnsafeMutablePointer<ClosedRecord>?
    /// A placeholder for the bucket of a record that is in no table yet.
    private let noBucket: UnsafeMutablePointer<Atomic<UInt64>>
    /// The number of keys in the current table.
    private var count = 0
    /// Larger tables start empty, so that the lock is not held while a large table is copied.
    private static var maxCopiedBits: UInt64 { 10 }

    /// Set in every stored key, so that no key is 0, which marks an empty bucket.
    @inlinable
    static var occupied: UInt64 { 1 << 63 }

    init() {
        let first = unsafe IndexMemory.allocate(bits: 3)
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

    /// Finds the handle of a child. Returns nil if the caller must look up the child by its text.
    ///
    /// - Parameter table: The ``table`` of an index, which the caller keeps alive.
    /// - Complexity: O(1) expected. Neither locks nor allocates.
    @inlinable
    @inline(__always)
    static func find(_ key: UInt64, in table: UnsafePointer<Atomic<UInt>>) -> UnsafePointer<Child>? {
        // Never nil: an index always has a table.
        let address = unsafe table.pointee.load(ordering: .acquiring)
        let base = unsafe UnsafePointer<Atomic<UInt64>>(bitPattern: address).unsafelyUnwrapped
        let shift = unsafe base.pointee.load(ordering: .relaxed)
        let stored = key | occupied
        var position = (key &* 0x9E37_79B9_7F4A_7C15) &>> shift
        while true {
            let bucket = unsafe base + Int(truncatingIfNeeded: 1 &+ 2 &* position)
            let found = unsafe bucket.pointee.load(ordering: .acquiring)
            if found == stored {
                // Acquire, because the handle may have been stored after the key.
                let address = unsafe (bucket + 1).pointee.load(ordering: .acquiring)
                return unsafe UnsafePointer(bitPattern: UInt(truncatingIfNeeded: address))
            }
            if found == 0 { return nil }
            position = (position &+ 1) & ((1 &<< (64 &- shift)) &- 1)
        }
    }

    /// Inserts a child. Requires the family's lock.
    func insert(_ key: UInt64, _ cell: SeriesCell) {
        var base = unsafe current
        let bits = unsafe 64 - base.pointee.load(ordering: .relaxed)
        if (count + 1) * 2 > 1 << Int(bits) {
            unsafe base = grow(to: bits + 1)
        }
        unsafe place(record(of: key, cell), in: base)
    }

    /// Publishes a larger table. Handles that are not copied are inserted again by their next lookup by text.
    private func grow(to bits: UInt64) -> UnsafeMutablePointer<Atomic<UInt64>> {
        let larger = unsafe IndexMemory.allocate(bits: bits)
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

    /// The record of a child under a key, created on first use. Its address is stable.
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
        unsafe new.initialize(to: ClosedRecord(owner: owner, key: key, nextOfIndex: records, bucket: noBucket))
        unsafe (memory + Self.childOffset).bindMemory(to: Child.self, capacity: 1)
            .initialize(to: Child._handle(to: _Series(cell)))
        unsafe cell.block.push(new, slot)
        unsafe records = unsafe new
        return unsafe new
    }

    /// The offset of the handle in a record's memory.
    private static var childOffset: Int {
        let mask = MemoryLayout<Child>.alignment - 1
        return unsafe (MemoryLayout<ClosedRecord>.size + mask) & ~mask
    }

    private var current: UnsafeMutablePointer<Atomic<UInt64>> {
        // The newest table is the published one.
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
                // The address first, so that a reader that sees the key also sees the address.
                unsafe (bucket + 1).pointee.store(address, ordering: .releasing)
                unsafe bucket.pointee.store(stored, ordering: .releasing)
                return
            }
            position = (position &+ 1) & mask
        }
    }
}
