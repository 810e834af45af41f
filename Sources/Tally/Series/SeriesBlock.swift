internal import Synchronization

/// The words of a few neighbouring series, at stable addresses. A handle retains the block of its series.
///
/// Compaction moves retained blocks to new pages, so a handle costs the memory of its block, not of a page. If only its
/// page retains a block, no handle to it exists.
///
/// Unchecked `Sendable`: the words are atomics; a state is written once, before there is a handle to its series;
/// `records` is used under the family's lock.
@safe
@usableFromInline
final class SeriesBlock: @unchecked Sendable {
    @usableFromInline
    let definition: FamilyDefinition
    /// The number of stripes minus one, copied from the definition to save an indirection, and flags of `Stripes`.
    @usableFromInline
    let stripeMask: UInt
    let words: UnsafeMutablePointer<Atomic<UInt64>>
    let capacity: Int
    private let slab: WordSlab
    /// The states that series keep beside their words, if the layout has any.
    private let states: UnsafeMutablePointer<(any SeriesState)?>?
    private let exemplarStore = AtomicLazyReference<ExemplarStore>()
    private let exemplarStamps = ExemplarStamps()
    /// The records of closed indexes, by slot. Used under the family's lock.
    private var records: UnsafeMutablePointer<UnsafeMutablePointer<ClosedRecord>?>?
    /// For open indexes, by slot. Allocated under the family's lock.
    private var exposures: UnsafeMutablePointer<Atomic<UInt8>>?

    /// - Parameter word: The offset in the slab at which the block's words begin.
    init(definition: FamilyDefinition, capacity: Int, in slab: WordSlab, at word: Int) {
        self.definition = definition
        self.capacity = capacity
        self.slab = slab
        stripeMask =
            UInt(definition.layout.stripes - 1)
            | (definition.layout.takesExemplars ? definition.context.exemplarFlags : 0)
        unsafe words = slab.words + word
        if definition.layout.makeState == nil {
            unsafe states = nil
        } else {
            let states = UnsafeMutablePointer<(any SeriesState)?>.allocate(capacity: capacity)
            unsafe states.initialize(repeating: nil, count: capacity)
            unsafe self.states = unsafe states
        }
        unsafe records = nil
        unsafe exposures = nil
    }

    deinit {
        if let states = unsafe states {
            unsafe states.deinitialize(count: capacity)
            unsafe states.deallocate()
        }
        // The records themselves belong to their indexes.
        unsafe records?.deallocate()
        unsafe exposures?.deallocate()
    }

    /// The slot, within this block, of words that the block has handed out.
    func slot(of words: UnsafeMutablePointer<Atomic<UInt64>>) -> Int {
        unsafe (words - self.words) / definition.shape.stride
    }

    // MARK: State beside the words

    var hasStates: Bool { unsafe states != nil }

    func state(_ slot: Int) -> (any SeriesState)? { unsafe states.flatMap { unsafe $0[slot] } }

    func setState(_ state: (any SeriesState)?, _ slot: Int) { unsafe states?[slot] = state }

    // MARK: Exemplars

    /// Nil if no word has an exemplar.
    var exemplars: ExemplarStore? { exemplarStore.load() }

    func setExemplar(_ exemplar: ExemplarStore.Entry, at word: Int) {
        (exemplarStore.load() ?? exemplarStore.storeIfNil(ExemplarStore())).set(exemplar, at: word)
        if !definition.hasExemplars.load(ordering: .relaxed) {
            definition.hasExemplars.store(true, ordering: .relaxed)
        }
    }

    var samplesExemplars: Bool { stripeMask & Stripes.samples != 0 }

    func isExemplarDue(_ words: UnsafeMutablePointer<Atomic<UInt64>>, _ word: Int) -> Bool {
        samplesExemplars && exemplarStamps.isDue(unsafe words - self.words + word, at: exemplarTick)
    }

    func claimExemplar(_ word: Int) -> Bool {
        exemplarStamps.claim(word, of: exemplarWords, at: exemplarTick)
    }

    /// Defers the next sample of a word, as a sample does.
    func deferExemplar(_ word: Int) { exemplarStamps.renew(word, of: exemplarWords, at: exemplarTick) }

    func releaseExemplar(_ word: Int, hasSample: Bool) {
        exemplarStamps.release(word, at: exemplarTick, hasSample: hasSample)
    }

    /// The number of words up to the last that can have an exemplar. None but the first stripe of a series has any.
    var exemplarWords: Int { (capacity - 1) * definition.shape.stride + definition.layout.words }

    /// The time for stamps, from the cheapest clock that there is.
    private var exemplarTick: UInt32 {
        if stripeMask & Stripes.usesInjectedClock == 0, let stamp = WallClock.coarseStamp() {
            return ExemplarStamps.tick(nanoseconds: stamp)
        }
        let nanoseconds = definition.context.now().wholeNanoseconds ?? 0
        return ExemplarStamps.tick(nanoseconds: UInt64(bitPattern: nanoseconds))
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

    /// Clears a child's handles in the closed indexes, so that lookups use its text again.
    func forgetHandles(_ slot: Int) {
        var record = unsafe firstRecord(slot)
        while let found = unsafe record {
            unsafe found.pointee.bucket.pointee.store(0, ordering: .relaxed)
            unsafe record = found.pointee.next
        }
        guard let exposures = unsafe exposures else { return }
        unsafe exposures[slot].store(0, ordering: .relaxed)
    }

    // MARK: Open indexes, under the family's lock

    /// The byte from which readers see whether a series is exposed. See ``Exposure``.
    func exposure(_ slot: Int) -> UnsafeMutablePointer<Atomic<UInt8>> {
        if let exposures = unsafe exposures { return unsafe exposures + slot }
        let new = UnsafeMutablePointer<Atomic<UInt8>>.allocate(capacity: capacity)
        for index in 0..<capacity { unsafe (new + index).initialize(to: Atomic(0)) }
        unsafe exposures = unsafe new
        return unsafe new + slot
    }

    func setUse(_ slot: Int) { unsafe _ = exposure(slot).pointee.bitwiseOr(Exposure.used, ordering: .relaxed) }

    /// Returns true if a lookup has used a series since the last call.
    func takeUse(_ slot: Int) -> Bool {
        guard let exposures = unsafe exposures else { return false }
        let (old, _) = unsafe exposures[slot].bitwiseAnd(~Exposure.used, ordering: .relaxed)
        return old & Exposure.used != 0
    }
}

/// The words of a few blocks in one allocation, which is freed with the last of them. Unchecked `Sendable`, because a
/// pointer is not: it points to atomics.
@safe
final class WordSlab: @unchecked Sendable {
    let words: UnsafeMutablePointer<Atomic<UInt64>>
    let count: Int

    /// - Parameter isApart: True to share no cache line with other memory. The alignment is 128 bytes, because some
    ///   processors fetch lines in pairs.
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
