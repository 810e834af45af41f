internal import Synchronization

extension FamilyStorage {
    /// Hides a child. Returns whether it was exposed.
    func remove(_ labels: UnsafeBufferPointer<UInt8>) -> Bool {
        let hash = unsafe labelHash(labels, seed: seed)
        let isRemoved = state.withLockInTurn { state in
            guard let found = unsafe find(labels, hash, state) else { return false }
            state.directory.page(found.place).idleTimes?.slots[found.slot].hasExpired = false
            guard isExposed(found, state) else { return false }
            update(found.place, &state)
            let isOverflowChild =
                unsafe state.hasOverflowChild
                && definition.overflowLabels.withUnsafeBufferPointer { unsafe equalBytes($0, labels) }
            if unsafe isReserved(labels, hash, state) {
                state.reservedLive -= 1
            } else if isOverflowChild {
                state.hasOverflowChild = false
            } else {
                definition.request.group?.release(1)
            }
            hide(found.slot, of: found.place, &state)
            return true
        }
        if isRemoved { sweepSome() }
        return isRemoved
    }

    /// Hides every child, atomically.
    func removeAll() {
        state.withLockInTurn { hideAll(&$0) }
        sweepHidden()
    }

    /// Exposes one child in place of all others, atomically. Has no effect if it is already the only one.
    func replaceAll(with labels: UnsafeBufferPointer<UInt8>) {
        let hash = unsafe labelHash(labels, seed: seed)
        let now = timeOfUse
        let isReplaced = state.withLockInTurn { state in
            if state.live == 1, let found = unsafe find(labels, hash, state), isExposed(found, state) { return false }
            hideAll(&state)
            _ = unsafe materialise(labels, hash, at: now, &state)
            return true
        }
        if isReplaced { sweepHidden() }
    }

    /// Sweeps after all children have been hidden. Without the records of open indexes, whose handles would keep them.
    private func sweepHidden() {
        // If lookups still read the records, a later sweep frees the children.
        if !reclaimIndexes() { state.withLockInTurn { $0.isSweepDue = true } }
        sweepAll()
    }

    /// Sets the values of a child to zero, and its creation time to now.
    func reset(_ labels: UnsafeBufferPointer<UInt8>) {
        let hash = unsafe labelHash(labels, seed: seed)
        state.withLockInTurn { state in
            guard let found = unsafe find(labels, hash, state) else { return }
            state.directory.page(found.place).reset(found.slot)
        }
    }

    /// Hides every child by starting a new generation. A sweep must follow, to clear the closed indexes.
    func hideAll(_ state: inout State) {
        definition.request.group?.release(state.limited)
        state.generation += 1
        state.hidden += state.live
        state.live = 0
        state.reservedLive = 0
        state.hasOverflowChild = false
        for index in state.openIndexes.values { index.retire() }
        state.sweep = Sweep()
    }

    /// Hides a slot of a page that is in the current generation.
    func hide(_ slot: Int, of place: PagePlace, _ state: inout State) {
        let page = state.directory.page(place)
        state.directory[place].hide(slot)
        state.live -= 1
        state.hidden += 1
        forgetHandles(slot, of: page, state)
    }
}
