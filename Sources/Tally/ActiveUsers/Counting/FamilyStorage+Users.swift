internal import Synchronization

// Families of active users, whose values are counted elsewhere.

extension FamilyStorage {
    /// What counts the users of each exposed child.
    func trackers() -> [UserTracker] {
        view().trackers().map(\.tracker)
    }

    /// What a scrape shows. The numbers of active users are its own: another scrape that counts at the same time, at
    /// another moment, never changes them.
    func settledView() -> View {
        let view = view()
        return definition.users == nil ? view : view.countingUsers(definition)
    }
}

extension FamilyStorage.View {
    fileprivate func trackers() -> [(tracker: UserTracker, page: SeriesPage, slot: Int)] {
        pages.flatMap { shown in
            (0..<shown.count).filter { !shown.slots.isHidden($0) }.compactMap { slot in
                shown.page.tracker(slot).map { ($0, shown.page, slot) }
            }
        }
    }

    /// The same series in pages of their own, with the present numbers of users. Under no lock.
    fileprivate func countingUsers(_ definition: FamilyDefinition) -> Self {
        let pages = trackers().map { tracker, source, slot in
            let labels = unsafe source.labels(slot)
            let page = SeriesPage(
                definition: definition,
                capacity: 1,
                textCapacity: labels.count + definition.lineEnd.count
            )
            _ = unsafe page.append(labels: labels)
            for (window, count) in tracker.counts().enumerated() {
                unsafe page.words(0)[window].store(UInt64(clamping: count), ordering: .relaxed)
            }
            return FamilyStorage.ShownPage(page: page, slots: FamilyStorage.ShownSlots(count: 1))
        }
        return Self(pages: pages, live: live)
    }
}
