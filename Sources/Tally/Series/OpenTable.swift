internal import Synchronization

/// The operations of a family on its open indexes, under its lock.
protocol OpenIndexing: AnyObject, Sendable {
    /// Sends lookups by text from now on, until they have filled the index again.
    func retire()
    /// Returns true if no records wait for readers, with those that may be freed now, outside of the lock.
    func reclaim() -> (isReclaimed: Bool, garbage: [any AnyObject])
}

/// A child in an open index. The handle and the bytes of its labels follow in memory.
@unsafe
@usableFromInline
struct OpenRecord {
    let hash: UInt64
    /// One byte of the child's block. See ``SeriesBlock/exposure(_:)``.
    let exposure: UnsafeMutablePointer<Atomic<UInt8>>
    let key: UnsafeMutableRawPointer
    let next: UnsafeMutablePointer<OpenRecord>?

    /// The distance from a record to its handle.
    @usableFromInline
    static let childOffset = 32

    func expose() { unsafe _ = exposure.pointee.bitwiseOr(Exposure.exposed, ordering: .relaxed) }
}

/// A table of an open index, and the records that it leads to. Freed as one.
///
/// In memory: a word that holds the shift of hashes, then pairs of a hash and a record's address.
@safe
final class OpenTable<Child: Instrument> {
    let buckets: UnsafeMutablePointer<Atomic<UInt64>>
    let bits: UInt64
    private(set) var count = 0
    private var records: UnsafeMutablePointer<OpenRecord>?

    init(bits: UInt64) {
        self.bits = bits
        unsafe buckets = IndexMemory.allocate(bits: bits)
        unsafe records = nil
        assert(unsafe MemoryLayout<OpenRecord>.size == OpenRecord.childOffset)
        assert(MemoryLayout<Child>.alignment <= 16)
    }

    deinit {
        while let record = unsafe records {
            unsafe records = record.pointee.next
            let memory = UnsafeMutableRawPointer(record)
            unsafe (memory + OpenRecord.childOffset).assumingMemoryBound(to: Child.self).deinitialize(count: 1)
            unsafe memory.deallocate()
        }
        unsafe System.release(buckets)
    }

    func makeRecord(
        hash: UInt64,
        key: [UInt8],
        exposure: UnsafeMutablePointer<Atomic<UInt8>>,
        child: Child
    ) -> UnsafeMutablePointer<OpenRecord> {
        let keyOffset = unsafe OpenRecord.childOffset + MemoryLayout<Child>.stride
        let memory = UnsafeMutableRawPointer.allocate(byteCount: keyOffset + key.count, alignment: 16)
        let record = unsafe memory.bindMemory(to: OpenRecord.self, capacity: 1)
        unsafe record.initialize(
            to: OpenRecord(hash: hash, exposure: exposure, key: memory + keyOffset, next: records)
        )
        unsafe (memory + OpenRecord.childOffset).bindMemory(to: Child.self, capacity: 1).initialize(to: child)
        unsafe (memory + keyOffset).copyMemory(from: key, byteCount: key.count)
        unsafe records = unsafe record
        return unsafe record
    }

    /// Enters a record. There must be room for it.
    func place(_ record: UnsafeMutablePointer<OpenRecord>) {
        let hash = unsafe record.pointee.hash
        let mask = (1 &<< bits) &- 1
        var position = hash &>> (64 - bits)
        while unsafe buckets[Int(1 + 2 * position)].load(ordering: .relaxed) != 0 { position = (position &+ 1) & mask }
        let bucket = unsafe buckets + Int(1 + 2 * position)
        // The address first: a reader that sees the hash sees it.
        let address = UInt64(UInt(bitPattern: record))
        unsafe (bucket + 1).pointee.store(address, ordering: .relaxed)
        unsafe bucket.pointee.store(hash, ordering: .releasing)
        count += 1
    }

    /// Takes over a smaller table's records. That table's buckets still lead readers to them.
    func takeRecords(of smaller: OpenTable) {
        unsafe swap(&records, &smaller.records)
        var record = unsafe records
        while let found = unsafe record {
            unsafe place(found)
            unsafe record = found.pointee.next
        }
    }
}
