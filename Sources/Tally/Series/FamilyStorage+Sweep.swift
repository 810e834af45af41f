internal import Synchronization

// Giving back what hidden children took, page by page.

extension FamilyStorage {
    /// A way through all pages, which rewrites those of which at least half can go.
    struct Sweep {
        var cursor = PageDirectory.Cursor()
        /// The page that takes what is left of the pages before the cursor, unless one of those had to stay.
        var target: PagePlace?
        var emptied: (place: PagePlace, block: Int)?
    }

    /// Goes on with a sweep by a few steps, or begins one if enough children have been hidden since the last.
    func sweepSome() {
        for _ in 0..<2 { guard sweepStep(beginning: { $0.hasMuchToSweep }) else { return } }
    }

    /// Sweeps all pages, if a sweep has begun or is worthwhile. Handles may be gone that kept children from the last
    /// one.
    func sweepAll() {
        while sweepStep(beginning: { $0.hidden >= max(64, $0.live / 2) }) {
            // Only once, although handles may keep what is hidden.
            if state.withLock({ $0.sweep == nil }) { return }
        }
    }

    /// Takes a step of a sweep. Returns false if there is nothing to do.
    private func sweepStep(beginning isWorthwhile: (State) -> Bool) -> Bool {
        // A page goes after the lock has been let go of.
        let (isDone, retired) = state.withLock { state -> (Bool, SeriesPage?) in
            if state.sweep == nil {
                guard isWorthwhile(state) else { return (false, nil) }
                state.sweep = Sweep()
            }
            return (true, sweepStep(&state))
        }
        withExtendedLifetime(retired) {}
        return isDone
    }

    /// Looks at the next page, drops some of the hidden series of the page at hand, or moves what is left of it.
    /// Returns a page that nobody needs any more, unless a scrape reads it.
    private func sweepStep(_ state: inout State) -> SeriesPage? {
        guard var sweep = state.sweep else { return nil }
        if let (place, block) = sweep.emptied {
            let page = state.directory.page(place)
            if block < page.blockCount {
                let next = min(page.blockCount, block + max(1, Self.droppedSlots >> page.blockShift))
                drop(block..<next, of: page, at: place, &state)
                sweep.emptied = (place, next)
                state.sweep = sweep
                return nil
            }
            sweep.emptied = nil
            rewrite(page, at: place, &sweep, &state)
            state.sweep = sweep
            return page
        }
        guard let place = state.directory.next(&sweep.cursor) else {
            state.sweep = nil
            state.retained = state.hidden
            return nil
        }
        update(place, &state)
        if isWorthRewriting(place, state) { sweep.emptied = (place, 0) } else { sweep.target = nil }
        state.sweep = sweep
        return nil
    }

    /// The number of series that are dropped under one lock.
    private static var droppedSlots: Int { 256 }

    private func isWorthRewriting(_ place: PagePlace, _ state: State) -> Bool {
        let entry = state.directory[place]
        let page = state.directory.page(place)
        guard Int(entry.hidden) * 2 >= page.count else { return false }
        let spare = (0..<page.blockCount).reduce(0) { sum, number in
            page.isKept(number) ? sum : sum + page.slots(ofBlock: number).count { entry.isHidden($0) }
        }
        return spare > 0 && spare * 2 >= page.count
    }

    /// Makes slots of hidden series vacant that no handle can reach.
    private func drop(_ blocks: Range<Int>, of page: SeriesPage, at place: PagePlace, _ state: inout State) {
        var entry = state.directory[place]
        var dropped: [Int] = []
        for number in blocks where !page.isKept(number) {
            dropped += page.slots(ofBlock: number).filter { entry.isHidden($0) && !page.isVacant($0) }
        }
        // So that what was counted through a handle, before it was let go of elsewhere, is seen here.
        atomicMemoryFence(ordering: .acquiring)
        dropped.removeAll { bringBack($0, of: page, &entry, &state) }
        state.directory[place] = entry
        let hashes = dropped.map { hash(page, $0) }
        index.prefetch(hashes)
        for (slot, hash) in zip(dropped, hashes) {
            index.remove(hash, SlotReference(place, slot))
            page.vacate(slot)
        }
        state.hidden -= dropped.count
    }

    /// Moves what is left of a page to the sweep's target, or to a new page in its place.
    ///
    /// Slots never move back, so what is left of a page fits into one of its size.
    private func rewrite(_ page: SeriesPage, at place: PagePlace, _ sweep: inout Sweep, _ state: inout State) {
        // Again, for what was hidden since.
        let kept = (0..<page.blockCount).map { page.isKept($0) }
        drop(0..<page.blockCount, of: page, at: place, &state)
        let entry = state.directory[place]
        index.prefetch((0..<page.count).lazy.filter { !page.isVacant($0) }.map { self.hash(page, $0) })
        for number in kept.indices {
            let slots = page.slots(ofBlock: number)
            // One that has hidden series still was kept when they were dropped.
            let isKept = kept[number] || slots.contains { entry.isHidden($0) && !page.isVacant($0) }
            if isKept, let block = page.blockIfAny(number) {
                let bytes = page.textBytes(slots.lowerBound, through: slots.upperBound - 1)
                let target = target(for: slots.count, bytes, inNewBlock: true, insteadOf: page, place, &sweep, &state)
                let first = state.directory.page(target).adopt(block, from: page, slots)
                update(target, &state)
                for slot in slots where !page.isVacant(slot) {
                    let new = first + slot - slots.lowerBound
                    if !entry.isHidden(slot) { state.directory[target].unhide(new) }
                    index.replace(hash(page, slot), SlotReference(place, slot), by: SlotReference(target, new))
                }
                continue
            }
            for slot in slots where !page.isVacant(slot) {
                let bytes = unsafe page.labels(slot).count
                let target = target(for: 1, bytes, inNewBlock: false, insteadOf: page, place, &sweep, &state)
                let new = state.directory.page(target).append(from: page, slot)
                state.directory[target].append(isHidden: false)
                index.replace(hash(page, slot), SlotReference(place, slot), by: SlotReference(target, new))
            }
        }
        if state.directory.page(place) === page { state.directory.remove(place, newTail: sweep.target) }
    }

    private func hash(_ page: SeriesPage, _ slot: Int) -> UInt32 {
        unsafe labelHash(page.labels(slot), seed: seed)
    }

    private func target(
        for slots: Int,
        _ labelBytes: Int,
        inNewBlock: Bool,
        insteadOf page: SeriesPage,
        _ place: PagePlace,
        _ sweep: inout Sweep,
        _ state: inout State
    ) -> PagePlace {
        if let target = sweep.target {
            let hasRoom = state.directory.page(target).hasRoom(slots, labelBytes: labelBytes, inNewBlock: inNewBlock)
            if target == place || hasRoom { return target }
        }
        let fresh = SeriesPage(definition: definition, capacity: page.capacity, textCapacity: page.textCapacity)
        state.directory[place] = PageEntry(page: fresh, generation: state.generation)
        sweep.target = place
        return place
    }
}

extension FamilyStorage.State {
    /// True if enough children have been hidden since the last sweep.
    fileprivate var hasMuchToSweep: Bool { hidden - retained >= max(64, (live + retained) / 2) }
}
