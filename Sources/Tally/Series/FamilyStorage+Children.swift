internal import Synchronization

// Creating children, and exposing hidden ones again. Requires the family's lock, except for `newState`.

extension FamilyStorage {
    /// The state of a new child, or nil if none will be created. Made before the lock is taken, because it takes time.
    func newState(
        for labels: UnsafeBufferPointer<UInt8>,
        _ hash: UInt32,
        ignoringLimit: Bool = false
    ) -> (any SeriesState)? {
        guard let make = definition.layout.makeState else { return nil }
        let isNeeded = state.withLockInTurn { state in
            guard unsafe find(labels, hash, state) == nil else { return false }
            return unsafe ignoringLimit || !isFull(state) || isReserved(labels, hash, state)
        }
        return isNeeded ? make(definition.context) : nil
    }

    /// The child with this label text, exposed, and created if needed. Returns nil if the family is full.
    func materialise(
        _ labels: UnsafeBufferPointer<UInt8>,
        _ hash: UInt32,
        at now: Duration,
        with newState: (any SeriesState)? = nil,
        ignoringLimit: Bool = false,
        _ state: inout State
    ) -> SlotReference? {
        let existing = unsafe find(labels, hash, state)
        if let existing, isExposed(existing, state) { return existing }
        let isReserved = unsafe isReserved(labels, hash, state)
        guard ignoringLimit || isReserved || takePlace(state) else { return nil }
        let reference: SlotReference
        if let existing {
            // Handles to a removed child may still exist, so it is exposed again instead of a second one.
            update(existing.place, &state)
            state.directory[existing.place].unhide(existing.slot)
            state.hidden -= 1
            reference = existing
        } else {
            guard let added = unsafe append(labels, newState, &state) else { return nil }
            index.insert(hash, added)
            reference = added
        }
        state.directory.page(reference.place).idleTimes?.lookedUp(reference.slot, at: now)
        state.live += 1
        if isReserved { state.reservedLive += 1 } else if ignoringLimit { state.hasOverflowChild = true }
        return reference
    }

    /// Returns false if the family is full. Otherwise a child must be exposed.
    private func takePlace(_ state: State) -> Bool { definition.request.group?.take() ?? !isFull(state) }

    func isFull(_ state: State) -> Bool {
        if let group = definition.request.group { return group.isFull }
        return state.limited >= definition.request.maxChildren
    }

    private func append(
        _ labels: UnsafeBufferPointer<UInt8>,
        _ newState: (any SeriesState)?,
        _ state: inout State
    ) -> SlotReference? {
        // The child may have existed, or the family may have been full, when `newState` was called.
        let newState = newState ?? definition.layout.makeState?(definition.context)
        let tail = state.directory.tail
        if let tail, let slot = unsafe append(labels, newState, to: tail, &state) { return slot }
        let page = makePage(after: tail.map { state.directory.page($0) }, firstText: labels.count)
        guard state.directory.append(page, in: state.generation), let place = state.directory.tail else { return nil }
        return unsafe append(labels, newState, to: place, &state)
    }

    private func append(
        _ labels: UnsafeBufferPointer<UInt8>,
        _ newState: (any SeriesState)?,
        to place: PagePlace,
        _ state: inout State
    ) -> SlotReference? {
        guard let slot = unsafe state.directory.page(place).append(labels: labels, newState) else { return nil }
        update(place, &state)
        state.directory[place].unhide(slot)
        return SlotReference(place, slot)
    }

    /// Brings an entry up to date with the current generation, the reserved values, and the page's slot count.
    func update(_ place: PagePlace, _ state: inout State) {
        let page = state.directory.page(place)
        let isCurrent = state.directory.generation(place) == state.generation
        let isCounted = state.directory[place].revision == state.reserved.revision
        guard !isCurrent || !isCounted || state.directory[place].count < page.count else { return }
        var entry = state.directory[place]
        if isCurrent && !isCounted { countReserved(page, entry, &state) }
        entry.revision = state.reserved.revision
        if !isCurrent {
            entry.generation = state.generation
            if state.hasIndexes {
                for slot in 0..<Int(entry.count) where !entry.isHidden(slot) { forgetHandles(slot, of: page, state) }
            }
            entry.hideAll()
            if let times = page.idleTimes { for slot in 0..<page.count { times.slots[slot].hasExpired = false } }
        }
        // New slots are hidden until the caller exposes those that are series.
        while entry.count < page.count { entry.append(isHidden: true) }
        state.directory[place] = entry
    }

    /// Removes a child from the closed indexes, so that lookups use its text again.
    func forgetHandles(_ slot: Int, of page: SeriesPage, _ state: State) {
        // Most families have no index and save the access to the block's memory.
        guard state.hasIndexes else { return }
        page.block(slot).forgetHandles(page.slotInBlock(slot))
    }

    /// Each page doubles the capacity of the last, up to a maximum: small families stay small, large ones contiguous.
    private func makePage(after last: SeriesPage?, firstText: Int) -> SeriesPage {
        let around = definition.lineEnd.count
        guard let last else {
            let most = definition.labelNames.isEmpty ? 1 : min(8, definition.shape.capacity)
            let capacity = max(1, min(most, PageShape.maxText / max(1, firstText)))
            let text = capacity * (firstText + around + (capacity > 1 ? 4 : 0))
            return SeriesPage(definition: definition, capacity: capacity, textCapacity: text)
        }
        // Assumes that further texts are as long as those of the last page on average, rounded up.
        let length = (last.textStart(last.count) + last.count - 1) / max(1, last.count - last.vacant)
        let capacity = max(1, min(last.capacity * 2, definition.shape.capacity, PageShape.maxText / max(1, length)))
        return SeriesPage(
            definition: definition,
            capacity: capacity,
            textCapacity: capacity * length + firstText + around
        )
    }
}
