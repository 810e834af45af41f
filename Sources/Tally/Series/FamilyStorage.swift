internal import Synchronization

/// The series of one family: pages of text and values, and the index that finds them.
///
/// One lock guards the set of series. Values are atomics outside it, so neither an update through a handle nor the
/// rendering of a scrape takes it. Work that grows with the number of series releases the lock after each page or less.
///
/// Unchecked `Sendable`: `index` is used under the lock; the rest is `Sendable`.
@safe
@usableFromInline
final class FamilyStorage: @unchecked Sendable {
    let definition: FamilyDefinition
    let state: Locked<State>
    let index = SeriesIndex()
    /// The number of lookups that the overflow child answered.
    private let overflowed = Atomic<UInt64>(0)
    /// A sketch of the label sets of those lookups: 1 KiB, allocated by the first one.
    private let rejectedLabelSets = Locked<HyperLogLog?>(nil)

    struct IndexKey<Layout: Hashable & Sendable>: Hashable, Sendable {
        let labels: ObjectIdentifier
        let layout: Layout
        let child: ObjectIdentifier
    }

    struct State {
        var directory = PageDirectory()
        /// Pages of earlier generations expose nothing.
        var generation: UInt64 = 0
        /// The number of exposed series.
        var live = 0
        var hidden = 0
        /// True if the overflow child was created because the family was full. It does not count towards the limit.
        var hasOverflowChild = false
        var reserved = ReservedLabels()
        /// The number of exposed series that are reserved. They do not count towards the limit either.
        var reservedLive = 0
        /// The number of exposed series that count towards the limit.
        var limited: Int { live - reservedLive - (hasOverflowChild ? 1 : 0) }
        /// The start of the last search for idle children.
        var lastExpiry = Duration.zero
        /// The position of the search that lookups perform for idle children.
        var expiry: Expiry?
        var sweep: Sweep?
        /// True if open indexes were retired for a sweep that has not begun, because lookups still read them.
        var isSweepDue = false
        /// The number of hidden series that the last sweep kept because handles retain them.
        var retained = 0
        /// The indexes hold handles, which retain the blocks of closed label sets.
        var closedIndexes: [IndexKey<KeyPacking>: any AnyObject & Sendable] = [:]
        /// These hold handles too. A sweep makes them release the handles first.
        var openIndexes: [IndexKey<[KeyField]>: any OpenIndexing] = [:]
        /// True if hiding a child has to change an index.
        var hasIndexes: Bool { !closedIndexes.isEmpty || !openIndexes.isEmpty }
        /// Receives the updates of lookups that identify no series. It is in no page, so it is never exposed.
        var discardBlock: SeriesBlock?
    }

    /// Copied from the definition's context, to save lookups an indirection.
    let seed: UInt64

    init(definition: FamilyDefinition) {
        self.definition = definition
        seed = definition.context.seed
        state = Locked(State())
    }

    // MARK: Lookup

    /// The child with this label text, created if needed. Returns the overflow child if the family is full.
    ///
    /// - Parameters:
    ///   - labels: The escaped text of the series' own labels: `method="get",outcome="ok"`.
    ///   - enter: Inserts the child into a closed index, under the same lock. Not called for the overflow child.
    func child(_ labels: UnsafeBufferPointer<UInt8>, enter: ((SeriesCell) -> Void)? = nil) -> SeriesCell {
        let hash = unsafe labelHash(labels, seed: seed)
        let now = timeOfUse
        if let cell = unsafe exposedChild(labels, hash, now, enter) { return cell }
        return unsafe makeChild(labels, hash, now, enter)
    }

    /// The child with this label text, created if needed, or the overflow child if the family is full.
    func ownOrOverflowChild(_ labels: UnsafeBufferPointer<UInt8>) -> (cell: SeriesCell, isOwn: Bool) {
        var isOwn = false
        let cell = unsafe child(labels) { _ in isOwn = true }
        return (cell, isOwn)
    }

    /// The child if it is already exposed, as in nearly all lookups.
    @inline(__always)
    private func exposedChild(
        _ labels: UnsafeBufferPointer<UInt8>,
        _ hash: UInt32,
        _ now: Duration,
        _ enter: ((SeriesCell) -> Void)?
    ) -> SeriesCell? {
        state.withLock { state in
            guard let found = unsafe find(labels, hash, state),
                let page = unsafe state.directory.page(exposing: found, in: state.generation)
            else { return nil }
            return unsafe page._withUnsafeGuaranteedRef { page in
                page.idleTimes?.lookedUp(found.slot, at: now)
                let cell = unsafe SeriesCell(block: page.block(found.slot), words: page.words(found.slot))
                enter?(cell)
                return cell
            }
        }
    }

    @inline(never)
    private func makeChild(
        _ labels: UnsafeBufferPointer<UInt8>,
        _ hash: UInt32,
        _ now: Duration,
        _ enter: ((SeriesCell) -> Void)?
    ) -> SeriesCell {
        // Children must expire even if there are no scrapes.
        expireSomeIdleChildren()
        let newState = unsafe newState(for: labels, hash)
        let own = state.withLockInTurn { state -> SeriesCell? in
            guard let found = unsafe materialise(labels, hash, at: now, with: newState, &state) else { return nil }
            let cell = cell(found, state)
            enter?(cell)
            return cell
        }
        // If there are no scrapes, nothing else sweeps expired children.
        if definition.idleTimeout != nil { sweepSome() }
        if let own { return own }
        overflowed.wrappingAdd(1, ordering: .relaxed)
        let key = unsafe labelHash64(labels, seed: seed)
        rejectedLabelSets.withLock { sketch in
            var sets = sketch.take() ?? HyperLogLog(precision: 10)
            sets.insert(key: key)
            sketch = sets
        }
        return overflowChild(at: now)
    }

    private func overflowChild(at now: Duration) -> SeriesCell {
        unsafe definition.overflowLabels.withUnsafeBufferPointer { labels in
            let hash = unsafe labelHash(labels, seed: seed)
            let newState = unsafe newState(for: labels, hash, ignoringLimit: true)
            return state.withLock { state in
                // Never nil: the limit is ignored, and 2^32 series do not fit into any memory.
                guard
                    let found = unsafe materialise(labels, hash, at: now, with: newState, ignoringLimit: true, &state)
                else { return discardCell(&state) }
                return cell(found, state)
            }
        }
    }

    /// The child of an instrument without labels of its own.
    func onlyChild() -> SeriesCell { unsafe child(UnsafeBufferPointer(start: nil, count: 0)) }

    /// A cell that is never exposed, for a lookup that names no series.
    func discardCell() -> SeriesCell { state.withLock { discardCell(&$0) } }

    private func discardCell(_ state: inout State) -> SeriesCell {
        let block = state.discardBlock ?? makeDiscardBlock()
        state.discardBlock = block
        return unsafe SeriesCell(block: block, words: block.words)
    }

    private func makeDiscardBlock() -> SeriesBlock {
        let slab = WordSlab(definition.shape.stride, isApart: true)
        let block = SeriesBlock(definition: definition, capacity: 1, in: slab, at: 0)
        block.setState(definition.layout.makeState?(definition.context), 0)
        return block
    }

    private func cell(_ reference: SlotReference, _ state: State) -> SeriesCell {
        let page = state.directory.page(reference.place)
        return unsafe SeriesCell(block: page.block(reference.slot), words: page.words(reference.slot))
    }

    @inline(__always)
    func find(_ labels: UnsafeBufferPointer<UInt8>, _ hash: UInt32, _ state: State) -> SlotReference? {
        index.find(hash) { reference in
            unsafe equalBytes(state.directory.page(reference.place).labels(reference.slot), labels)
        }
    }

    @inline(__always)
    func isExposed(_ reference: SlotReference, _ state: State) -> Bool {
        unsafe state.directory.page(exposing: reference, in: state.generation) != nil
    }

    // MARK: Closed label sets

    /// The index of a closed label set. Families that differ in any of these types or offsets share children but not an
    /// index, because the same key would mean another child, or a handle of another type.
    func closedIndex<Child: Instrument>(
        for labels: Any.Type,
        packedBy packing: KeyPacking,
        of child: Child.Type
    ) -> ClosedIndex<Child> {
        state.withLock { state in
            let key = IndexKey(labels: ObjectIdentifier(labels), layout: packing, child: ObjectIdentifier(child))
            if let index = state.closedIndexes[key] as? ClosedIndex<Child> { return index }
            let index = ClosedIndex<Child>()
            state.closedIndexes[key] = index
            return index
        }
    }

    // MARK: Open label sets

    /// The index of an open label set. Families that differ in any of these types or places share children, not an
    /// index, as above.
    func openIndex<Child: Instrument>(
        for labels: Any.Type,
        keyedBy fields: [KeyField],
        of child: Child.Type
    ) -> OpenIndex<Child> {
        state.withLock { state in
            let key = IndexKey(labels: ObjectIdentifier(labels), layout: fields, child: ObjectIdentifier(child))
            if let index = state.openIndexes[key] as? OpenIndex<Child> { return index }
            let index = OpenIndex<Child>(fields: fields, seed: seed)
            state.openIndexes[key] = index
            return index
        }
    }

    /// Frees the records that open indexes have given up, unless a lookup may still read them. Returns false then.
    @discardableResult
    func reclaimIndexes() -> Bool {
        // Freed after the lock has been released.
        let results = state.withLock { state in state.openIndexes.values.map { $0.reclaim() } }
        return results.allSatisfy { $0.isReclaimed }
    }

    // MARK: Reading

    var liveCount: Int { state.withLock { $0.live } }

    var overflowTotal: UInt64 { overflowed.load(ordering: .relaxed) }

    /// The estimated number of distinct label sets that the overflow child answered for. The standard error is 3.25 %.
    var overflowLabelSets: Double { rejectedLabelSets.withLock { $0?.estimate.rounded() ?? 0 } }

    /// The number of filled slots, including those of hidden series, and the capacity of the index. For tests.
    var size: (slots: Int, entries: Int) {
        state.withLock { state in
            (state.directory.segments.joined().reduce(0) { $0 + Int($1.count) }, index.capacity)
        }
    }

    func _checkInvariants() {
        #if DEBUG
        state.withLock { state in
            var (live, hidden, reserved) = (0, 0, 0)
            for entry in state.directory.segments.joined() {
                guard let page = entry.page else { continue }
                page._checkInvariants()
                assert(page.count == Int(entry.count))
                assert((0..<page.count).count { entry.isHidden($0) } == Int(entry.hidden))
                let shown = entry.generation == state.generation ? Int(entry.count - entry.hidden) : 0
                live += shown
                hidden += page.count - page.vacant - shown
                guard shown > 0 else { continue }
                reserved += (0..<page.count).count { !entry.isHidden($0) && isReserved($0, of: page, state) }
            }
            assert(live == state.live && hidden == state.hidden)
            assert(index.count == live + hidden)
            assert(reserved == state.reservedLive)
            assert(state.limited <= max(definition.request.maxChildren, 0))
        }
        #endif
    }
}
