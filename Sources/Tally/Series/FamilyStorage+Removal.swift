internal import Synchronization

// Hiding children.

extension FamilyStorage {
    /// Stops exposing a child. Returns whether it was exposed.
    func remove(_ labels: UnsafeBufferPointer<UInt8>) -> Bool {
        let hash = unsafe labelHash(labels, seed: seed)
        let isRemoved = state.withLock { state in
            guard let found = unsafe find(labels, hash, state) else { return false }
            state.directory.page(found.place).idleTimes?.slots[found.slot].hasExpired = false
            guard isExposed(found, state) else { return false }
            if unsafe definition.overflowLabels.withUnsafeBufferPointer({ unsafe equalBytes($0, labels) }) {
                state.hasOverflowChild = false
            }
            hide(found.slot, of: found.place, &state)
            return true
        }
        if isRemoved { sweepSome() }
        return isRemoved
    }

    /// Stops exposing every child, at once.
    func removeAll() {
        state.withLock { hideAll(&$0) }
        sweepAll()
    }

    /// Exposes one child instead of all that there are, at once; changes nothing if it is the only one already.
    func replaceAll(with labels: UnsafeBufferPointer<UInt8>) {
        let hash = unsafe labelHash(labels, seed: seed)
        let now = timeOfUse
        let isReplaced = state.withLock { state in
            if state.live == 1, let found = unsafe find(labels, hash, state), isExposed(found, state) { return false }
            hideAll(&state)
            _ = unsafe materialise(labels, hash, at: now, &state)
            return true
        }
        if isReplaced { sweepAll() }
    }

    /// Leaves every page behind in a generation of which nothing is exposed. A sweep has to follow, for the closed
    /// indexes.
    func hideAll(_ state: inout State) {
        state.generation += 1
        state.hidden += state.live
        state.live = 0
        state.hasOverflowChild = false
        state.sweep = Sweep()
    }

    /// Stops exposing a slot, of a page that is of this generation.
    func hide(_ slot: Int, of place: PagePlace, _ state: inout State) {
        let page = state.directory.page(place)
        state.directory[place].hide(slot)
        state.live -= 1
        state.hidden += 1
        forgetHandles(slot, of: page, state)
    }
}
