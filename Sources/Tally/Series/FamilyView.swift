internal import Synchronization

extension FamilyStorage {
    /// A snapshot of the exposed series, taken when a scrape begins.
    struct View: Sendable {
        /// The pages with at least one exposed series.
        let pages: [PageEntry]
        let live: Int
        /// The number of series that count towards the family's limit.
        let limited: Int

        /// Sets the value of a series that no other scrape exposes.
        func setOnlyWord(_ value: Double) {
            if let page = pages.first?.page { unsafe page.words(0).pointee.store(value.bitPattern, ordering: .relaxed) }
        }
    }

    /// Takes a snapshot. Holds the lock only for as long as it takes to copy two references.
    func view() -> View {
        let (directory, generation, live, limited) = state.withLock {
            ($0.directory, $0.generation, $0.live, $0.limited)
        }
        var pages: [PageEntry] = []
        pages.reserveCapacity(directory.order.reduce(0) { $0 + directory.segments[$1.number].count })
        for segment in directory.order {
            unsafe directory.segments[segment.number].withUnsafeBufferPointer { entries in
                for index in entries.indices where unsafe entries[index].exposesSomething(in: generation) {
                    pages.append(unsafe entries[index])
                }
            }
        }
        return View(pages: pages, live: live, limited: limited)
    }
}
