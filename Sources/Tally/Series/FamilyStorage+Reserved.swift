// Label sets outside the limit. A check requires the family's lock.

extension FamilyStorage {
    /// Puts a label set outside the limit and exposes its child.
    func reserve(_ labels: UnsafeBufferPointer<UInt8>) {
        let hash = unsafe labelHash(labels, seed: seed)
        let now = timeOfUse
        state.withLockInTurn { state in
            let isNew = unsafe state.reserved.insert(labels, hash)
            guard let found = unsafe find(labels, hash, state), isExposed(found, state) else {
                _ = unsafe materialise(labels, hash, at: now, &state)
                return
            }
            if isNew { moveOutsideLimit(found, &state) }
        }
    }

    /// Puts every label set with one of these values of a label outside the limit. Creates no child, because there is
    /// one for each combination with the values of other labels.
    ///
    /// Examines all children under one hold of the lock. Called at registration, when there are few.
    func reserve(values: [String], ofLabel label: Int) {
        state.withLockInTurn { state in
            state.reserved.insert(values: values, ofLabel: label, seed: seed)
            var cursor = PageDirectory.Cursor()
            state.reservedLive = 0
            while let place = state.directory.next(&cursor) {
                update(place, &state)
                let page = state.directory.page(place)
                for slot in 0..<page.count where !page.isVacant(slot) && !state.directory[place].isHidden(slot) {
                    guard isReserved(slot, of: page, state) else { continue }
                    moveOutsideLimit(SlotReference(place, slot), &state)
                }
            }
        }
    }

    /// Stops counting an exposed child towards the limit.
    private func moveOutsideLimit(_ found: SlotReference, _ state: inout State) {
        state.reservedLive += 1
        // From now on, the overflow child is outside for another reason.
        if isOverflowChild(found.slot, of: state.directory.page(found.place)) { state.hasOverflowChild = false }
    }

    @inline(__always)
    func isReserved(_ labels: UnsafeBufferPointer<UInt8>, _ hash: UInt32, _ state: State) -> Bool {
        guard !state.reserved.isEmpty else { return false }
        return unsafe state.reserved.contains(labels, hash, definition.fragments, seed: seed)
    }

    func isReserved(_ slot: Int, of page: SeriesPage, _ state: State) -> Bool {
        guard !state.reserved.isEmpty else { return false }
        let labels = unsafe page.labels(slot)
        return unsafe isReserved(labels, labelHash(labels, seed: seed), state)
    }

    func isOverflowChild(_ slot: Int, of page: SeriesPage) -> Bool {
        unsafe definition.overflowLabels.withUnsafeBufferPointer { unsafe equalBytes($0, page.labels(slot)) }
    }
}
