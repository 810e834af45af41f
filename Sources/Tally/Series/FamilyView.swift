internal import Synchronization

extension FamilyStorage {
    /// What a scrape shows, settled when it began: the pages that have something to show, and which of their series.
    struct View: Sendable {
        let pages: [ShownPage]
        let live: Int

        /// Sets the value of a series that no other scrape shows.
        func setOnlyWord(_ value: Double) {
            if let page = pages.first?.page { unsafe page.words(0).pointee.store(value.bitPattern, ordering: .relaxed) }
        }
    }

    /// A page as it was when a scrape began.
    struct ShownPage: Sendable {
        let page: SeriesPage
        let slots: ShownSlots

        /// Filled slots.
        var count: Int { slots.count }
    }

    /// The series of a page that a scrape shows.
    struct ShownSlots: Sendable {
        var hiddenBits: PageEntry.Bits = .init(repeating: 0)
        var count = 0

        func isHidden(_ slot: Int) -> Bool {
            hiddenBits[slot >> 6] & (1 << UInt64(slot & 63)) != 0
        }

        /// The exposed slots of a group of 64, from one of its slots on: bit 0 is the group's first slot.
        @inline(__always)
        func exposed(from slot: Int) -> UInt64 {
            let filled = count &- (slot & ~63)
            let below = filled >= 64 ? UInt64.max : (1 &<< UInt64(truncatingIfNeeded: max(0, filled))) &- 1
            return ~hiddenBits[slot &>> 6] & below & (.max &<< UInt64(slot & 63))
        }
    }

    /// Takes the lock for as long as two references take to copy.
    func view() -> View {
        let (directory, generation, live) = state.withLock { ($0.directory, $0.generation, $0.live) }
        var pages: [ShownPage] = []
        pages.reserveCapacity(directory.order.reduce(0) { $0 + directory.segments[$1.number].count })
        for segment in directory.order {
            unsafe directory.segments[segment.number].withUnsafeBufferPointer { entries in
                for index in entries.indices where unsafe entries[index].exposesSomething(in: generation) {
                    guard let page = unsafe entries[index].page else { continue }
                    let slots = unsafe ShownSlots(
                        hiddenBits: entries[index].hiddenBits,
                        count: Int(entries[index].count)
                    )
                    pages.append(ShownPage(page: page, slots: slots))
                }
            }
        }
        return View(pages: pages, live: live)
    }
}
