internal import Synchronization

extension FamilyStorage {
    /// The series of a scrape, settled when it began.
    struct View: Sendable {
        /// The pages that expose something.
        let pages: [PageEntry]
        let live: Int

        /// Sets the value of a series that no other scrape shows.
        func setOnlyWord(_ value: Double) {
            if let page = pages.first?.page { unsafe page.words(0).pointee.store(value.bitPattern, ordering: .relaxed) }
        }
    }

    /// Holds the lock for as long as two references take to copy.
    func view() -> View {
        let (directory, generation, live) = state.withLock { ($0.directory, $0.generation, $0.live) }
        var pages: [PageEntry] = []
        pages.reserveCapacity(directory.order.reduce(0) { $0 + directory.segments[$1.number].count })
        for segment in directory.order {
            unsafe directory.segments[segment.number].withUnsafeBufferPointer { entries in
                for index in entries.indices where unsafe entries[index].exposesSomething(in: generation) {
                    pages.append(unsafe entries[index])
                }
            }
        }
        return View(pages: pages, live: live)
    }
}
