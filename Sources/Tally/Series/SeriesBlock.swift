internal import Synchronization

/// The words of a few neighbouring series, at addresses that never change. What a handle keeps.
///
/// Pages come and go, and take the blocks along that handles still keep: a handle costs the memory of its block, not
/// that of a page. A block that only its page keeps has no handle.
///
/// Unchecked `Sendable`: the words are atomics; a state is written once, before there is a handle to its series;
/// `records` is used under the family's lock.
@safe
@usableFromInline
final class SeriesBlock: @unchecked Sendable {
    @usableFromInline
    let definition: FamilyDefinition
    /// Copied from the definition, for readers in a hurry: the number of stripes less one.
    @usableFromInline
    let stripeMask: UInt
    let words: UnsafeMutablePointer<Atomic<UInt64>>
    let capacity: Int
    private let slab: WordSlab
    /// The states that series keep beside their words, if the layout has such.
    private let states: UnsafeMutablePointer<(any SeriesState)?>?
    private let exemplarStore = AtomicLazyReference<ExemplarStore>()
    /// The handles that closed indexes keep, by slot. Used under the family's lock.
    private var records: UnsafeMutablePointer<UnsafeMutablePointer<ClosedRecord>?>?

    /// - Parameter word: Where in the slab its words begin.
    init(definition: FamilyDefinition, capacity: Int, in slab: WordSlab, at word: Int) {
        self.definition = definition
        self.capacity = capacity
        self.slab = slab
        stripeMask = UInt(definition.layout.stripes - 1)
        unsafe words = slab.words + word
        if definition.layout.makeState == nil {
            unsafe states = nil
        } else {
            let states = UnsafeMutablePointer<(any SeriesState)?>.allocate(capacity: capacity)
            unsafe states.initialize(repeating: nil, count: capacity)
            unsafe self.states = unsafe states
        }
        unsafe records = nil
    }

    deinit {
        if let states = unsafe states {
            unsafe states.deinitialize(count: capacity)
            unsafe states.deallocate()
        }
        // The records themselves belong to their indexes.
        unsafe records?.deallocate()
    }

    /// The slot, counted from the block's first, whose words are at an address that this block gave out.
    func slot(of words: UnsafeMutablePointer<Atomic<UInt64>>) -> Int {
        unsafe (words - self.words) / definition.shape.stride
    }

    // MARK: State beside the words

    func state(_ slot: Int) -> (any SeriesState)? { unsafe states.flatMap { unsafe $0[slot] } }

    func setState(_ state: (any SeriesState)?, _ slot: Int) { unsafe states?[slot] = state }

    // MARK: Exemplars

    /// Nil if no word has one.
    var exemplars: ExemplarStore? { exemplarStore.load() }

    func setExemplar(_ text: [UInt8], at word: Int) {
        (exemplarStore.load() ?? exemplarStore.storeIfNil(ExemplarStore())).set(text, at: word)
    }

    // MARK: Closed indexes, under the family's lock

    func firstRecord(_ slot: Int) -> UnsafeMutablePointer<ClosedRecord>? {
        unsafe records.flatMap { unsafe $0[slot] }
    }

    func push(_ record: UnsafeMutablePointer<ClosedRecord>, _ slot: Int) {
        if unsafe records == nil {
            let records = UnsafeMutablePointer<UnsafeMutablePointer<ClosedRecord>?>.allocate(capacity: capacity)
            unsafe records.initialize(repeating: nil, count: capacity)
            unsafe self.records = unsafe records
        }
        unsafe record.pointee.next = firstRecord(slot)
        unsafe records?[slot] = record
    }

    /// Makes lookups of a series go by its text again.
    func forgetHandles(_ slot: Int) {
        var record = unsafe firstRecord(slot)
        while let found = unsafe record {
            unsafe found.pointee.bucket.pointee.store(0, ordering: .relaxed)
            unsafe record = found.pointee.next
        }
    }
}

/// The words of a few blocks, side by side. Goes with the last of them.
///
/// Unchecked `Sendable`, since a pointer is not: it points at atomics.
@safe
final class WordSlab: @unchecked Sendable {
    let words: UnsafeMutablePointer<Atomic<UInt64>>
    let count: Int

    /// - Parameter isApart: Whether to keep the words off the cache lines of others. 128 bytes, since some processors
    ///   fetch lines in pairs.
    init(_ count: Int, isApart: Bool) {
        self.count = count
        let bytes = count * MemoryLayout<UInt64>.size
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: isApart ? (bytes + 127) & ~127 : bytes,
            alignment: isApart ? 128 : MemoryLayout<UInt64>.alignment
        )
        unsafe words = memory.bindMemory(to: Atomic<UInt64>.self, capacity: count)
        for index in 0..<count { unsafe (words + index).initialize(to: Atomic(0)) }
    }

    deinit {
        unsafe words.deallocate()
    }
}
