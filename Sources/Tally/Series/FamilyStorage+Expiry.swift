extension FamilyStorage {
    /// The position of a search for idle children, which pauses within pages.
    struct Expiry {
        /// Before the page.
        var cursor = PageDirectory.Cursor()
        /// Nil if the next page was not begun. A sweep that rewrites the page makes the search release it.
        var page: SeriesPage?
        /// The first slot of the page that was not examined.
        var slot = 0
    }

    /// Hides children that were idle for the family's timeout, exposes hidden ones again that were used since, and
    /// frees the memory of hidden ones. For scrapes: examines every child, some each time it takes the lock.
    func expireIdleChildren() {
        if let timeout = definition.idleTimeout {
            let now = definition.context.now()
            var expiry = Expiry()
            state.withLockInTurn { state in
                state.lastExpiry = now
                state.expiry = nil
            }
            while state.withLockInTurn({ expireStep(&expiry, timeout, now, &$0) }) != nil {}
        }
        sweepAll()
    }

    /// Hides idle children in small steps when a lookup creates a child. Passes start at least timeout/16 apart.
    func expireSomeIdleChildren() {
        guard let timeout = definition.idleTimeout else { return }
        let now = definition.context.now()
        var rest = Self.expiredSlots
        while rest > 0 {
            let looked = state.withLockInTurn { state -> Int? in
                let elapsed = now.since(state.lastExpiry)
                if state.expiry == nil, elapsed < .zero || elapsed >= timeout / 16 {
                    state.lastExpiry = now
                    state.expiry = Expiry()
                }
                guard var expiry = state.expiry else { return nil }
                let looked = expireStep(&expiry, timeout, now, &state)
                state.expiry = looked == nil ? nil : expiry
                return looked
            }
            guard let looked else { return }
            rest -= looked
        }
    }

    /// The approximate number of children that one lookup examines, which takes some microseconds.
    private static var expiredSlots: Int { 1000 }
    /// The number of children that are examined before other threads may have the lock.
    private static var slotsPerStep: Int { 128 }

    /// Examines the next children of a page. Returns their number, or nil if there is no further page.
    private func expireStep(
        _ expiry: inout Expiry,
        _ timeout: Duration,
        _ now: Duration,
        _ state: inout State
    ) -> Int? {
        var next = expiry.cursor
        guard let place = state.directory.next(&next) else { return nil }
        update(place, &state)
        let page = state.directory.page(place)
        // A sweep may have removed or replaced the page since the last step.
        let start = expiry.page === page ? expiry.slot : 0
        let end = min(page.count, start + Self.slotsPerStep)
        expiry = end < page.count ? Expiry(cursor: expiry.cursor, page: page, slot: end) : Expiry(cursor: next)
        guard let times = page.idleTimes else { return end - start }
        // Changes a copy and stores it once: each change in place costs extra while a scrape shares the directory.
        var entry = state.directory[place]
        var hasChanged = false
        for slot in start..<end where !page.isVacant(slot) {
            let sum = page.checksum(slot)
            if page.block(slot).takeUse(page.slotInBlock(slot)) { times.slots[slot].lastUse = now }
            if entry.isHidden(slot) {
                // Even if the family is full by now, because counted updates must not be lost.
                guard times.canComeBack(slot, sum: sum) else { continue }
                times.slots[slot] = IdleTimes.Slot(sum: sum, lastUse: now)
                reexpose(slot, of: page, &entry, &state)
                hasChanged = true
            } else if times.idleTime(of: slot, sum: sum, at: now) >= timeout, !isPermanent(slot, of: page, state) {
                times.slots[slot].hasExpired = true
                entry.hide(slot)
                state.live -= 1
                state.hidden += 1
                forgetHandles(slot, of: page, state)
                hasChanged = true
            }
        }
        if hasChanged { state.directory[place] = entry }
        return end - start
    }

    /// Exposes an expired child again if a handle, since released, has updated it: removing the child would lose that
    /// update. Returns true if the child is exposed again.
    func bringBack(_ slot: Int, of page: SeriesPage, _ entry: inout PageEntry, _ state: inout State) -> Bool {
        guard let times = page.idleTimes, times.canComeBack(slot, sum: page.checksum(slot)) else { return false }
        times.slots[slot].hasExpired = false
        reexpose(slot, of: page, &entry, &state)
        return true
    }

    private func reexpose(_ slot: Int, of page: SeriesPage, _ entry: inout PageEntry, _ state: inout State) {
        entry.unhide(slot)
        state.hidden -= 1
        state.live += 1
        if isReserved(slot, of: page, state) { state.reservedLive += 1 }
    }

    /// The current time, or zero if the family has no idle timeout and needs none.
    var timeOfUse: Duration { definition.idleTimeout == nil ? .zero : definition.context.now() }

    /// True if a child never expires: a reserved one, and the overflow child, which shows that there was an overflow.
    private func isPermanent(_ slot: Int, of page: SeriesPage, _ state: State) -> Bool {
        isOverflowChild(slot, of: page) || isReserved(slot, of: page, state)
    }
}
