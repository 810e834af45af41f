internal import Synchronization

// Hiding children, and giving back what hidden ones took.

extension FamilyStorage {
    /// Stops exposing a child. Returns whether it was exposed.
    func remove(_ labels: UnsafeBufferPointer<UInt8>) -> Bool {
        let hash = unsafe labelHash(labels, seed: seed)
        return state.withLock { state in
            guard let found = unsafe find(labels, hash, state) else { return false }
            state.pages[found.page].idleTimes?.forget(found.slot)
            guard !state.pages[found.page].isHidden(found.slot) else { return false }
            if unsafe definition.overflowLabels.withUnsafeBufferPointer({ unsafe equalBytes($0, labels) }) {
                state.hasOverflowChild = false
            }
            hide(found, &state)
            compactIfWorthwhile(&state)
            return true
        }
    }

    /// Stops exposing every child.
    func removeAll() {
        state.withLock { state in
            hideAll(&state)
            compactIfWorthwhile(&state)
        }
    }

    /// Exposes one child instead of all that there are; changes nothing if it is the only one already.
    func replaceAll(with labels: UnsafeBufferPointer<UInt8>) {
        let hash = unsafe labelHash(labels, seed: seed)
        let now = timeOfUse
        state.withLock { state in
            if state.live == 1, let found = unsafe find(labels, hash, state),
                !state.pages[found.page].isHidden(found.slot)
            {
                return
            }
            hideAll(&state)
            _ = unsafe materialise(labels, hash, at: now, evenIfFull: false, &state)
            compactIfWorthwhile(&state)
        }
    }

    private func hideAll(_ state: inout State) {
        for page in state.pages {
            for slot in 0..<page.count {
                page.idleTimes?.forget(slot)
                if !page.isHidden(slot) { page.hide(slot) }
            }
        }
        state.hidden += state.live
        state.live = 0
        for index in state.closedIndexes.values { index.forgetAll() }
        state.hasOverflowChild = false
    }

    private func hide(_ reference: SlotReference, _ state: inout State) {
        let page = state.pages[reference.page]
        page.hide(reference.slot)
        state.live -= 1
        state.hidden += 1
        for index in state.closedIndexes.values { unsafe index.forget(page.words(reference.slot)) }
    }

    func compactIfWorthwhile(_ state: inout State) {
        guard state.hidden >= state.nextCompaction, state.hidden >= state.live else { return }
        compact(&state)
        // What handles still hold could not go; wait until as much again has been removed.
        state.nextCompaction = max(64, state.hidden * 2)
    }

    /// Gives back what removed children took, where no handle can reach it any more: a page whose only reference is
    /// this family's has no handle to any of its cells, and neither a running scrape that reads it.
    private func compact(_ state: inout State) {
        var pages: [SeriesPage] = []
        /// Whether the last of `pages` was made here, and may take more.
        var lastIsFresh = false
        var old: [SeriesPage?] = state.pages
        state.pages = []
        for number in old.indices {
            // Taken out of the array, so that `held` is the family's one reference.
            var held = old[number].take()
            let isUnreachable = isKnownUniquelyReferenced(&held)
            // So that what was counted through a handle, before it was let go of elsewhere, is seen here.
            atomicMemoryFence(ordering: .acquiring)
            guard let page = held else { continue }
            if page.hidden == 0 || !isUnreachable {
                pages.append(page)
                lastIsFresh = false
                continue
            }
            bringBack(on: page, &state)
            for slot in 0..<page.count where !page.isHidden(slot) {
                let labels = unsafe page.labels(slot)
                var target = lastIsFresh ? pages.last : nil
                let tracker = page.tracker(slot)
                var place = unsafe target?.append(labels: labels, counting: tracker)
                if place == nil {
                    let fresh = SeriesPage(
                        definition: definition,
                        capacity: page.capacity,
                        textCapacity: max(page.textCapacity, page.textRange(slot).count)
                    )
                    pages.append(fresh)
                    lastIsFresh = true
                    target = fresh
                    place = unsafe fresh.append(labels: labels, counting: tracker)
                }
                if let target, let place { target.copyWords(from: page, slot: slot, to: place) }
            }
        }
        state.pages = pages
        rebuildIndex(&state)
    }

    private func rebuildIndex(_ state: inout State) {
        state.index = SeriesIndex(minimumCapacity: state.pages.reduce(0) { $0 + $1.count })
        state.live = 0
        state.hidden = 0
        for (number, page) in state.pages.enumerated() {
            for slot in 0..<page.count {
                let hash = unsafe labelHash(page.labels(slot), seed: seed)
                state.index.insert(hash, SlotReference(page: number, slot: slot))
            }
            state.live += page.count - page.hidden
            state.hidden += page.hidden
        }
    }
}
