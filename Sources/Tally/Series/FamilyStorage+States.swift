// Families whose series keep state beside their words.

extension FamilyStorage {
    /// True if any values are estimates because a series' state ran out of room.
    var hasOverflowingState: Bool { view().states().contains { $0.state.isOverflowing } }

    /// A snapshot for a scrape. Words that are computed from state are copied, so that no other scrape changes them.
    func settledView() -> View {
        let view = view()
        return definition.layout.hasSettledWords ? view.updatingWords(definition) : view
    }
}

extension FamilyStorage.View {
    fileprivate func states() -> [(state: any SeriesState, page: SeriesPage, slot: Int)] {
        pages.flatMap { shown in
            (0..<Int(shown.count)).filter { !shown.isHidden($0) }.compactMap { slot in
                shown.page.flatMap { page in page.state(slot).map { ($0, page, slot) } }
            }
        }
    }

    /// The same series in pages of their own, with current words. Runs under no lock.
    fileprivate func updatingWords(_ definition: FamilyDefinition) -> Self {
        let pages = states().map { state, source, slot in
            let labels = unsafe source.labels(slot)
            let text = labels.count + definition.lineEnd.count
            let page = SeriesPage(definition: definition, capacity: 1, textCapacity: text)
            _ = unsafe page.append(labels: labels)
            state.update(unsafe SeriesWords(page.words(0)))
            return PageEntry(page: page, count: 1, generation: 0)
        }
        return Self(pages: pages, live: live, limited: limited)
    }
}
