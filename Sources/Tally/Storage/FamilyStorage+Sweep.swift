internal import Synchronization

// Giving back what hidden children took, page by page.

extension FamilyStorage {
    /// A way through all pages, which rewrites those that have much to give back.
    struct Sweep {
        var cursor = PageDirectory.Cursor()
        /// The page that takes what is left of the pages before the cursor, unless one of those had to stay.
        var target: PagePlace?
    }

    /// Goes on with a sweep by a few pages, or begins one if enough children have been hidden since the last.
    func sweepSome() {
        for _ in 0..<2 { guard sweepPage(beginning: { $0.hasMuchToSweep }) else { return } }
    }

    /// Sweeps all pages, if a sweep has begun or is worthwhile. Handles may be gone that kept children from the last one.
    func sweepAll() {
        while sweepPage(beginning: { $0.hidden >= max(64, $0.live / 2) }) {
            // Only once, although handles may keep what is hidden.
            if state.withLock({ $0.sweep == nil }) { return }
        }
    }

    /// Sweeps a page. Returns false if there is nothing to do.
    private func sweepPage(beginning isWorthwhile: (State) -> Bool) -> Bool {
        // The page goes after the lock has been let go of.
        let (isDone, retired) = state.withLock { state -> (Bool, SeriesPage?) in
            if state.sweep == nil {
                guard isWorthwhile(state) else { return (false, nil) }
                state.sweep = Sweep()
            }
            return (true, sweepPage(&state))
        }
        withExtendedLifetime(retired) {}
        return isDone
    }

    /// Takes one step of the sweep. Returns a page that nobody needs any more, unless a scrape reads it.
    private func sweepPage(_ state: inout State) -> SeriesPage? {
        guard var sweep = state.sweep, let place = state.directory.next(&sweep.cursor) else {
            state.sweep = nil
            state.retained = state.hidden
            return nil
        }
        update(place, &state)
        let page = state.directory.page(place)
        let kept = state.directory[place].hidden > 0 ? keptBlocks(of: page, at: place, &state) : nil
        if let kept {
            rewrite(page, at: place, keeping: kept, &sweep, &state)
        } else {
            sweep.target = nil
        }
        state.sweep = sweep
        return kept == nil ? nil : page
    }

    /// Which blocks of a page have to stay as they are, or nil if the others have too little to give back.
    private func keptBlocks(of page: SeriesPage, at place: PagePlace, _ state: inout State) -> [Bool]? {
        bringBack(on: page, at: place, &state)
        let kept = (0..<page.blockCount).map { page.isKept($0) }
        // So that what was counted through a handle, before it was let go of elsewhere, is seen here.
        atomicMemoryFence(ordering: .acquiring)
        let entry = state.directory[place]
        let spare = kept.indices.lazy.filter { !kept[$0] }
            .reduce(0) { $0 + page.slots(ofBlock: $1).count { entry.isHidden($0) } }
        return spare > 0 && spare * 4 >= page.count ? kept : nil
    }

    /// Moves what is left of a page to the sweep's target, or to a new page in its place.
    ///
    /// Slots never move back, so what is left of a page fits into one of its size.
    private func rewrite(
        _ page: SeriesPage,
        at place: PagePlace,
        keeping kept: [Bool],
        _ sweep: inout Sweep,
        _ state: inout State
    ) {
        let entry = state.directory[place]
        for number in kept.indices {
            let slots = page.slots(ofBlock: number)
            if kept[number], let block = page.blockIfAny(number) {
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
                guard !entry.isHidden(slot) else {
                    index.remove(hash(page, slot), SlotReference(place, slot))
                    state.hidden -= 1
                    continue
                }
                let labels = unsafe page.labels(slot)
                let target = target(for: 1, labels.count, inNewBlock: false, insteadOf: page, place, &sweep, &state)
                let targetPage = state.directory.page(target)
                guard let new = unsafe targetPage.append(labels: labels, counting: page.tracker(slot)) else {
                    assertionFailure("a page has no room for what it had")
                    continue
                }
                targetPage.copyValues(from: page, slot: slot, to: new)
                update(target, &state)
                state.directory[target].unhide(new)
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
    /// Whether enough children have been hidden since the last sweep.
    fileprivate var hasMuchToSweep: Bool { hidden - retained >= max(64, (live + retained) / 2) }
}
