internal import Synchronization

/// The series of one family: pages of values and text, and the index that finds them.
///
/// One lock guards what changes: which series there are. Values are atomics outside it, so that neither an update
/// through a handle nor the rendering of a scrape ever takes it; a scrape holds it while it copies one array reference.
@usableFromInline
final class FamilyStorage: Sendable {
    let definition: FamilyDefinition
    let state: Locked<State>
    /// Lookups that the overflow child answered.
    private let overflowed = Atomic<UInt64>(0)
    /// Which label sets those lookups were for: 1 KiB, from the first one on.
    private let turnedAway = Locked<HyperLogLog?>(nil)

    struct ClosedIndexKey: Hashable {
        let labels: ObjectIdentifier
        let packing: KeyPacking
        let child: ObjectIdentifier
    }

    struct State {
        var pages: [SeriesPage] = []
        var index = SeriesIndex()
        /// Series that are exposed.
        var live = 0
        var hidden = 0
        /// Whether one of the live ones is the overflow child, made because the family was full: it is not counted
        /// towards the limit.
        var hasOverflowChild = false
        /// When idle children were last looked for.
        var lastExpiry = Duration.zero
        /// Hidden series at which the next attempt to give memory back is worth its cost.
        var nextCompaction = 64
        /// Each holds handles, so the pages of closed label sets stay.
        var closedIndexes: [ClosedIndexKey: any ClosedIndexing] = [:]
        /// Takes the updates of lookups that name no series. Not in `pages`, so never exposed.
        var sink: SeriesPage?
    }

    /// Copied from the definition's context, for lookups in a hurry.
    let seed: UInt64

    init(definition: FamilyDefinition) {
        self.definition = definition
        seed = definition.context.seed
        state = Locked(State())
    }

    // MARK: Lookup

    /// The child with this label text, made if it does not exist yet; the overflow child if the family is full.
    ///
    /// - Parameters:
    ///   - labels: The escaped text of the series' own labels: `method="get",outcome="ok"`.
    ///   - enter: Enters the child in a closed index, under the same lock; not called for the overflow child.
    func child(_ labels: UnsafeBufferPointer<UInt8>, enter: ((SeriesCell) -> Void)? = nil) -> SeriesCell {
        let hash = unsafe labelHash(labels, seed: seed)
        let now = timeOfUse
        if enter == nil, let cell = unsafe exposedChild(labels, hash, now) { return cell }
        return unsafe makeChild(labels, hash, now, enter)
    }

    /// The child if it is there already, which is what nearly all lookups find.
    @inline(__always)
    private func exposedChild(
        _ labels: UnsafeBufferPointer<UInt8>,
        _ hash: UInt32,
        _ now: Duration
    ) -> SeriesCell? {
        state.withLock { state in
            guard let found = unsafe find(labels, hash, state) else { return nil }
            let page = state.pages[found.page]
            guard !page.isHidden(found.slot) else { return nil }
            page.idleTimes?.lookedUp(found.slot, at: now)
            return unsafe SeriesCell(page: page, words: page.words(found.slot))
        }
    }

    @inline(never)
    private func makeChild(
        _ labels: UnsafeBufferPointer<UInt8>,
        _ hash: UInt32,
        _ now: Duration,
        _ enter: ((SeriesCell) -> Void)?
    ) -> SeriesCell {
        // Here, too, so that children go although nobody scrapes.
        expireIdleChildren(isOften: true)
        let own = state.withLock { state -> SeriesCell? in
            guard let found = unsafe materialise(labels, hash, at: now, evenIfFull: false, &state) else { return nil }
            let cell = cell(found, state)
            enter?(cell)
            return cell
        }
        if let own { return own }
        overflowed.wrappingAdd(1, ordering: .relaxed)
        let key = unsafe labelHash64(labels, seed: seed)
        turnedAway.withLock { sketch in
            var sets = sketch.take() ?? HyperLogLog(precision: 10)
            sets.insert(key: key)
            sketch = sets
        }
        return unsafe definition.overflowLabels.withUnsafeBufferPointer { overflow in
            let hash = unsafe labelHash(overflow, seed: seed)
            return state.withLock { state in
                // Never nil: being full does not matter here, and 2^32 series do not fit into any memory.
                guard let found = unsafe materialise(overflow, hash, at: now, evenIfFull: true, &state) else {
                    return sinkCell(&state)
                }
                return cell(found, state)
            }
        }
    }

    /// The child of an instrument without labels of its own.
    func onlyChild() -> SeriesCell {
        unsafe child(UnsafeBufferPointer(start: nil, count: 0))
    }

    /// A cell that is never exposed, for a lookup that names no series.
    func sinkCell() -> SeriesCell {
        state.withLock { sinkCell(&$0) }
    }

    private func sinkCell(_ state: inout State) -> SeriesCell {
        let page = state.sink ?? makeSink()
        state.sink = page
        return unsafe SeriesCell(page: page, words: page.words)
    }

    private func makeSink() -> SeriesPage {
        let labels = definition.overflowLabels
        let size = labels.count + definition.lineEnd.count
        let page = SeriesPage(definition: definition, capacity: 1, textCapacity: size)
        _ = unsafe labels.withUnsafeBufferPointer { unsafe page.append(labels: $0) }
        return page
    }

    private func cell(_ reference: SlotReference, _ state: State) -> SeriesCell {
        let page = state.pages[reference.page]
        return unsafe SeriesCell(page: page, words: page.words(reference.slot))
    }

    func find(_ labels: UnsafeBufferPointer<UInt8>, _ hash: UInt32, _ state: State) -> SlotReference? {
        state.index.find(hash) { reference in
            unsafe equalBytes(state.pages[reference.page].labels(reference.slot), labels)
        }
    }

    func materialise(
        _ labels: UnsafeBufferPointer<UInt8>,
        _ hash: UInt32,
        at now: Duration,
        evenIfFull: Bool,
        _ state: inout State
    ) -> SlotReference? {
        let existing = unsafe find(labels, hash, state)
        if let existing, !state.pages[existing.page].isHidden(existing.slot) { return existing }
        guard evenIfFull || !isFull(state) else { return nil }
        let reference: SlotReference
        if let existing {
            // It was removed while handles to it may live on: the same child comes back, never a second one.
            state.pages[existing.page].unhide(existing.slot)
            state.hidden -= 1
            reference = existing
        } else {
            guard let added = unsafe append(labels, &state) else { return nil }
            state.index.insert(hash, added)
            reference = added
        }
        state.pages[reference.page].idleTimes?.lookedUp(reference.slot, at: now)
        state.live += 1
        if evenIfFull { state.hasOverflowChild = true }
        return reference
    }

    func isFull(_ state: State) -> Bool {
        state.live - (state.hasOverflowChild ? 1 : 0) >= definition.limit
    }

    private func append(_ labels: UnsafeBufferPointer<UInt8>, _ state: inout State) -> SlotReference? {
        if let last = state.pages.last, let slot = unsafe last.append(labels: labels) {
            return SlotReference(page: state.pages.count - 1, slot: slot)
        }
        guard state.pages.count < SlotReference.maxPages else { return nil }
        let page = makePage(after: state.pages.last, firstText: labels.count)
        guard let slot = unsafe page.append(labels: labels) else { return nil }
        state.pages.append(page)
        return SlotReference(page: state.pages.count - 1, slot: slot)
    }

    /// Pages double up to their largest size, so that a small family is small and a large one contiguous.
    private func makePage(after last: SeriesPage?, firstText: Int) -> SeriesPage {
        let around = definition.lineEnd.count
        guard let last else {
            let capacity = definition.labelNames.isEmpty ? 1 : 8
            let text = capacity * (firstText + around + (capacity > 1 ? 4 : 0))
            return SeriesPage(definition: definition, capacity: capacity, textCapacity: text)
        }
        // The text to come is taken to be as long as that of the page before, rounded up.
        let length = (last.textStart(last.count) + last.count - 1) / max(1, last.count)
        // At most a mebibyte of it, however long: a page is one allocation.
        let capacity = max(1, min(last.capacity * 2, SeriesPage.maxCapacity, (1 << 20) / max(1, length)))
        return SeriesPage(
            definition: definition,
            capacity: capacity,
            textCapacity: capacity * length + firstText + around
        )
    }

    // MARK: Closed label sets

    /// The index of a closed label set. Families that differ in any of these types or places share children, not an
    /// index: the same key would mean another child, or a handle of another type.
    func closedIndex<Child: Instrument>(
        for labels: Any.Type,
        packedBy packing: KeyPacking,
        of child: Child.Type
    ) -> ClosedIndex<Child> {
        state.withLock { state in
            let key = ClosedIndexKey(
                labels: ObjectIdentifier(labels),
                packing: packing,
                child: ObjectIdentifier(child)
            )
            if let index = state.closedIndexes[key] as? ClosedIndex<Child> { return index }
            let index = ClosedIndex<Child>()
            state.closedIndexes[key] = index
            return index
        }
    }

    // MARK: Reading

    /// What a scrape reads: the pages, and how many slots of the last one are filled. Earlier pages change no more.
    struct View: Sendable {
        let pages: [SeriesPage]
        let lastCount: Int
        let live: Int

        /// Sets the value of a series that no other scrape shows.
        func setOnlyWord(_ value: Double) {
            unsafe pages.first?.words.pointee.store(value.bitPattern, ordering: .relaxed)
        }

        func count(ofPage number: Int) -> Int {
            number == pages.count - 1 ? lastCount : pages[number].count
        }
    }

    func view() -> View {
        state.withLock { View(pages: $0.pages, lastCount: $0.pages.last?.count ?? 0, live: $0.live) }
    }

    var liveCount: Int { state.withLock { $0.live } }

    var overflowTotal: UInt64 { overflowed.load(ordering: .relaxed) }

    /// About how many distinct label sets those lookups were for. The standard error is 3.25 %.
    var overflowLabelSets: Double { turnedAway.withLock { $0?.estimate.rounded() ?? 0 } }

    func _checkInvariants() {
        #if DEBUG
        state.withLock { state in
            var filled = 0
            for page in state.pages {
                page._checkInvariants()
                filled += page.count
            }
            assert(filled == state.live + state.hidden)
            assert(state.index.count == filled)
            assert(state.live - (state.hasOverflowChild ? 1 : 0) <= max(definition.limit, 0))
        }
        #endif
    }
}
