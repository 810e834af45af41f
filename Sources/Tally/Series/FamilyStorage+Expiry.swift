extension FamilyStorage {
    /// Stops exposing children that were not used for as long as the family allows, exposes those again that were, and
    /// gives back what hidden ones took. For a scrape: looks at every child, a page at a time.
    func expireIdleChildren() {
        if let timeout = definition.idleTimeout {
            let now = definition.context.now()
            var cursor = PageDirectory.Cursor()
            state.withLock { state in
                state.lastExpiry = now
                state.expiry = nil
            }
            while state.withLock({ expirePage(&cursor, timeout, now, &$0) }) != nil {}
        }
        sweepAll()
    }

    /// The same for a lookup that makes a child, each of which looks at few. Begins again once a sixteenth of
    /// the time that is allowed has passed.
    func expireSomeIdleChildren() {
        guard let timeout = definition.idleTimeout else { return }
        let now = definition.context.now()
        var rest = Self.expiredSlots
        while rest > 0 {
            let looked = state.withLock { state -> Int? in
                let elapsed = now.since(state.lastExpiry)
                if state.expiry == nil, elapsed < .zero || elapsed >= timeout / 16 {
                    state.lastExpiry = now
                    state.expiry = PageDirectory.Cursor()
                }
                guard var cursor = state.expiry else { return nil }
                let looked = expirePage(&cursor, timeout, now, &state)
                state.expiry = looked == nil ? nil : cursor
                return looked
            }
            guard let looked else { return }
            rest -= looked
        }
    }

    /// The number of children that one lookup examines, to within a few: some microseconds.
    private static var expiredSlots: Int { 1000 }

    /// Looks at the next page. Returns how many slots that were, or nil if there is none.
    private func expirePage(
        _ cursor: inout PageDirectory.Cursor,
        _ timeout: Duration,
        _ now: Duration,
        _ state: inout State
    ) -> Int? {
        guard let place = state.directory.next(&cursor) else { return nil }
        update(place, &state)
        let page = state.directory.page(place)
        guard let times = page.idleTimes else { return page.count }
        // A copy, for a scrape that shares the directory makes each change of it cost a little.
        var entry = state.directory[place]
        var hasChanged = false
        for slot in 0..<page.count where !page.isVacant(slot) {
            let sum = page.checksum(slot)
            if entry.isHidden(slot) {
                // Also where the family is full by now: what it has counted must not be lost.
                guard times.canComeBack(slot, sum: sum) else { continue }
                times.slots[slot] = IdleTimes.Slot(sum: sum, lastUse: now)
                reexpose(slot, &entry, &state)
                hasChanged = true
            } else if times.idleTime(of: slot, sum: sum, at: now) >= timeout, !isOverflowChild(slot, of: page) {
                times.slots[slot].hasExpired = true
                entry.hide(slot)
                state.live -= 1
                state.hidden += 1
                forgetHandles(slot, of: page, state)
                hasChanged = true
            }
        }
        if hasChanged { state.directory[place] = entry }
        return page.count
    }

    /// Exposes a child again, as the next look would, whose handle was let go of after it had counted: with the block
    /// that is about to go it would lose that.
    func bringBack(_ slot: Int, of page: SeriesPage, _ entry: inout PageEntry, _ state: inout State) -> Bool {
        guard let times = page.idleTimes, times.canComeBack(slot, sum: page.checksum(slot)) else { return false }
        times.slots[slot].hasExpired = false
        reexpose(slot, &entry, &state)
        return true
    }

    private func reexpose(_ slot: Int, _ entry: inout PageEntry, _ state: inout State) {
        entry.unhide(slot)
        state.hidden -= 1
        state.live += 1
    }

    /// Now, where it matters when a child was used.
    var timeOfUse: Duration { definition.idleTimeout == nil ? .zero : definition.context.now() }

    /// It stays, since it tells that there was an overflow.
    private func isOverflowChild(_ slot: Int, of page: SeriesPage) -> Bool {
        unsafe definition.overflowLabels.withUnsafeBufferPointer { unsafe equalBytes($0, page.labels(slot)) }
    }
}
