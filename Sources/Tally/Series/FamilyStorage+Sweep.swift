internal import Synchronization

// Freeing the memory of hidden children, page by page.

extension FamilyStorage {
    /// A pass over all pages that rewrites those of which at least half can be freed, and then over the index.
    struct Sweep {
        var cursor = PageDirectory.Cursor()
        /// The page that receives the remaining series of rewritten pages. Nil if the page before the cursor was kept.
        var target: PagePlace?
        var emptied: (place: PagePlace, block: Int)?
        /// The position in the index, once all pages have been examined.
        var shrinking: Int?
    }

    /// Continues a sweep by two steps, or starts one if enough children have been hidden since the last.
    func sweepSome() {
        for _ in 0..<2 { guard sweepStep(beginning: { $0.hasMuchToSweep }) else { return } }
    }

    /// Sweeps all pages if a sweep is in progress or worthwhile. May free children that handles retained before.
    func sweepAll() {
        while sweepStep(beginning: { $0.hidden >= max(64, $0.live / 2) }) {
            // Only one pass, because handles may still retain hidden children.
            if state.withLockInTurn({ $0.sweep == nil }) { return }
        }
    }

    /// Takes one step of a sweep. Returns false if there is nothing to do.
    private func sweepStep(beginning isWorthwhile: (State) -> Bool) -> Bool {
        let isBeginning = state.withLockInTurn { state in
            guard state.sweep == nil, state.isSweepDue || isWorthwhile(state) else { return false }
            // The handles of the indexes would retain what was hidden since the last sweep. Only once per sweep,
            // because lookups fill the indexes again, and would otherwise defer the sweep without end.
            if !state.isSweepDue, state.hidden > state.retained {
                for index in state.openIndexes.values { index.retire() }
            }
            state.isSweepDue = true
            return true
        }
        // Lookups still read the records: the next call tries again.
        if isBeginning, !reclaimIndexes() { return false }
        // A retired page is freed after the lock is released.
        let (isDone, retired) = state.withLockInTurn { state -> (Bool, SeriesPage?) in
            if state.sweep == nil {
                guard isBeginning else { return (false, nil) }
                state.sweep = Sweep()
                state.isSweepDue = false
            }
            return (true, sweepStep(&state))
        }
        withExtendedLifetime(retired) {}
        return isDone
    }

    /// Examines the next page, drops some hidden series of the current page, moves its remaining series, or shrinks a
    /// part of the index. Returns a page that the family no longer needs, but that a scrape may still read.
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
            // Children that are hidden from now on have not been examined.
            if sweep.shrinking == nil { state.retained = state.hidden }
            sweep.shrinking = index.shrinkTables(from: sweep.shrinking ?? 0)
            state.sweep = sweep.shrinking == nil ? nil : sweep
            return nil
        }
        update(place, &state)
        if isWorthRewriting(place, state) { sweep.emptied = (place, 0) } else { sweep.target = nil }
        state.sweep = sweep
        return nil
    }

    /// The approximate number of slots that one step examines for dropping.
    private static var droppedSlots: Int { 128 }

    private func isWorthRewriting(_ place: PagePlace, _ state: State) -> Bool {
        let entry = state.directory[place]
        let page = state.directory.page(place)
        guard Int(entry.hidden) * 2 >= page.count else { return false }
        let spare = (0..<page.blockCount).reduce(0) { sum, number in
            page.isKept(number) ? sum : sum + page.slots(ofBlock: number).count { entry.isHidden($0) }
        }
        return spare > 0 && spare * 2 >= page.count
    }

    /// Vacates the slots of hidden series that no handle can reach.
    private func drop(_ blocks: Range<Int>, of page: SeriesPage, at place: PagePlace, _ state: inout State) {
        var entry = state.directory[place]
        var dropped: [Int] = []
        for number in blocks where !page.isKept(number) {
            dropped += page.slots(ofBlock: number).filter { entry.isHidden($0) && !page.isVacant($0) }
        }
        // Makes updates visible that other threads made through handles before they released them.
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

    /// Moves the remaining series of a page to the sweep's target, or to a new page in its place.
    ///
    /// A slot's index never grows, so the remaining series fit into a page of the same size.
    private func rewrite(_ page: SeriesPage, at place: PagePlace, _ sweep: inout Sweep, _ state: inout State) {
        // Drops again, for children that were hidden since the last step.
        if state.expiry?.page === page { state.expiry?.page = nil }
        let kept = (0..<page.blockCount).map { page.isKept($0) }
        drop(0..<page.blockCount, of: page, at: place, &state)
        let entry = state.directory[place]
        index.prefetch((0..<page.count).lazy.filter { !page.isVacant($0) }.map { self.hash(page, $0) })
        for number in kept.indices {
            let slots = page.slots(ofBlock: number)
            // A block that still has hidden series was retained when the others were dropped.
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
        let revision = state.reserved.revision
        state.directory[place] = PageEntry(page: fresh, generation: state.generation, revision: revision)
        sweep.target = place
        return place
    }
}

extension FamilyStorage.State {
    /// True if enough children have been hidden since the last sweep.
    fileprivate var hasMuchToSweep: Bool { hidden - retained >= max(64, (live + retained) / 2) }
}
