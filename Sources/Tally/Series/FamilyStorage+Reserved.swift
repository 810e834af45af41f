// Label sets outside the limit. A check requires the family's lock.

extension FamilyStorage {
    /// Exempts a label set from the limit, and exposes its child.
    func reserve(_ labels: UnsafeBufferPointer<UInt8>) {
        let hash = unsafe labelHash(labels, seed: seed)
        let now = timeOfUse
        state.withLockInTurn { state in
            let isNew = unsafe state.reserved.insert(labels, hash)
            guard let found = unsafe find(labels, hash, state), isExposed(found, state) else {
                _ = unsafe materialise(labels, hash, at: now, &state)
                return
            }
            if isNew { moveOutsideLimit(found.slot, of: state.directory.page(found.place), &state) }
        }
    }

    /// Exempts every label set with one of these values of a label from the limit. Creates no child, because each
    /// combination with the values of other labels has its own.
    ///
    /// Recounts the existing children page by page. A thread that changes a page recounts it first, so that no child
    /// counts twice. Until all pages are recounted, the family may look fuller than it is.
    func reserve(values: [String], ofLabel label: Int) {
        guard insert(values: values, ofLabel: label) else { return }
        var cursor = PageDirectory.Cursor()
        var isDone = false
        while !isDone {
            state.withLockInTurn { state in
                let place = state.directory.next(&cursor)
                if let place { update(place, &state) }
                isDone = place == nil
            }
        }
    }

    /// Returns false if all values were already reserved. Otherwise, every page needs a recount.
    func insert(values: [String], ofLabel label: Int) -> Bool {
        state.withLockInTurn { state in
            let isNew = state.reserved.insert(values: values, ofLabel: label, seed: seed)
            // A sweep moves children between pages that it has brought up to date, so it begins again.
            if isNew, state.sweep != nil { state.sweep = Sweep() }
            return isNew
        }
    }

    /// Exempts the exposed children of a page that were reserved after its entry's revision.
    func countReserved(_ page: SeriesPage, _ entry: PageEntry, _ state: inout State) {
        for slot in 0..<Int(entry.count) where !entry.isHidden(slot) {
            guard isReserved(slot, of: page, after: entry.revision, state) else { continue }
            moveOutsideLimit(slot, of: page, &state)
        }
    }

    /// Stops counting an exposed child towards the limit.
    private func moveOutsideLimit(_ slot: Int, of page: SeriesPage, _ state: inout State) {
        state.reservedLive += 1
        // From now on, the overflow child is outside for another reason.
        if isOverflowChild(slot, of: page) { state.hasOverflowChild = false }
    }

    @inline(__always)
    func isReserved(
        _ labels: UnsafeBufferPointer<UInt8>,
        _ hash: UInt32,
        after revision: Int? = nil,
        _ state: State
    ) -> Bool {
        guard !state.reserved.isEmpty else { return false }
        return unsafe state.reserved.contains(labels, hash, definition.fragments, seed: seed, after: revision)
    }

    func isReserved(_ slot: Int, of page: SeriesPage, after revision: Int? = nil, _ state: State) -> Bool {
        guard !state.reserved.isEmpty else { return false }
        let labels = unsafe page.labels(slot)
        return unsafe isReserved(labels, labelHash(labels, seed: seed), after: revision, state)
    }

    func isOverflowChild(_ slot: Int, of page: SeriesPage) -> Bool {
        unsafe definition.overflowLabels.withUnsafeBufferPointer { unsafe equalBytes($0, page.labels(slot)) }
    }
}
