internal import Synchronization

/// An index from the raw bytes of label sets to the handles of their children, for labels that are strings or integers.
/// Lookups take no lock.
///
/// A hash table of records, each with a handle and the bytes of its labels. Readers use a record only in a read
/// section, see ``ReadSections``. A table and its records are freed together after a grace period: when the table is
/// full, and before a sweep, because the handles would retain hidden children. Lookups by text then fill the next
/// table.
///
/// Invariants: writers hold the family's lock; a bucket is written once, its record before its hash; a table is at most
/// half full, so every probe ends; at most two tables wait to be freed, and meanwhile no child is entered.
///
/// Unchecked `Sendable`: readers use atomics that are published with release order, and all other state is accessed
/// under the family's lock.
@safe
final class OpenIndex<Child: Instrument>: OpenIndexing, @unchecked Sendable {
    /// The part that lookups read, in memory of its own, so that they need no reference to this object.
    let lookup: UnsafeMutablePointer<OpenLookup>
    private let fields: [KeyField]
    private let seed: UInt64
    private var table: OpenTable<Child>?
    private var retired: [(table: OpenTable<Child>, grace: ReadSections.GracePeriod)] = [] {
        didSet { isWaiting.store(!retired.isEmpty, ordering: .relaxed) }
    }
    /// True if a table waits to be freed.
    let isWaiting = Atomic(false)

    /// Limits the index to 1,024 children, because a lookup may free a whole table. Further children are found by text.
    private static var maxBits: UInt64 { 11 }

    init(fields: [KeyField], seed: UInt64) {
        self.fields = fields
        self.seed = seed
        unsafe lookup = .allocate(capacity: 1)
        unsafe lookup.initialize(to: OpenLookup(fields, seed: seed))
    }

    deinit {
        unsafe lookup.pointee.fields.deallocate()
        unsafe lookup.deinitialize(count: 1)
        unsafe lookup.deallocate()
    }

    /// Enters a child that is exposed, unless the index is full or waits for readers. Under the family's lock.
    func insert(_ labels: UnsafeRawPointer, _ cell: SeriesCell) {
        guard retired.isEmpty, let hash = unsafe lookup.pointee.hash(labels) else { return }
        let slot = unsafe cell.block.slot(of: cell.words)
        let exposure = unsafe cell.block.exposure(slot)
        if let record = unsafe lookup.pointee.record(of: labels, hash) {
            // The record's handle keeps the child, so no other child can have these labels.
            if unsafe record.pointee.exposure == exposure { unsafe record.pointee.expose() }
            return
        }
        guard let table = tableWithRoom() else { return }
        let record = unsafe table.makeRecord(
            hash: hash,
            key: lookup.pointee.key(of: labels),
            exposure: exposure,
            child: Child._handle(to: _Series(cell))
        )
        unsafe record.pointee.expose()
        unsafe table.place(record)
    }

    private func tableWithRoom() -> OpenTable<Child>? {
        guard let table else { return publish(OpenTable(bits: 3)) }
        if (table.count + 1) * 2 <= 1 << Int(table.bits) { return table }
        guard table.bits < Self.maxBits else { return nil }
        let larger = OpenTable<Child>(bits: table.bits + 1)
        larger.takeRecords(of: table)
        defer { retired.append((table, ReadSections.GracePeriod())) }
        return publish(larger)
    }

    private func publish(_ new: OpenTable<Child>?) -> OpenTable<Child>? {
        table = new
        let address = new.map { unsafe UInt(bitPattern: $0.buckets) } ?? 0
        unsafe lookup.pointee.table.store(address, ordering: .sequentiallyConsistent)
        return new
    }

    // MARK: OpenIndexing, under the family's lock

    func retire() {
        guard let table else { return }
        _ = publish(nil)
        retired.append((table, ReadSections.GracePeriod()))
    }

    func reclaim() -> (isReclaimed: Bool, garbage: [any AnyObject]) {
        guard !retired.isEmpty else { return (true, []) }
        var waiting: [(table: OpenTable<Child>, grace: ReadSections.GracePeriod)] = []
        var garbage: [any AnyObject] = []
        for var entry in retired {
            if entry.grace.hasPassed() { garbage.append(entry.table) } else { waiting.append(entry) }
        }
        retired = waiting
        return (waiting.isEmpty, garbage)
    }
}
