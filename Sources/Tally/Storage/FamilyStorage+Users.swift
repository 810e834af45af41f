internal import Synchronization

// Families of active users, whose values are counted elsewhere and put into words for a scrape.

extension FamilyStorage {
    /// What counts the users of each exposed child.
    func trackers() -> [UserTracker] {
        let view = view()
        var trackers: [UserTracker] = []
        unsafe view.forEachTracker { tracker, _ in trackers.append(tracker) }
        return trackers
    }
}

extension FamilyStorage.View {
    fileprivate func forEachTracker(_ body: (UserTracker, UnsafeMutablePointer<Atomic<UInt64>>) -> Void) {
        for (number, page) in pages.enumerated() {
            for slot in 0..<count(ofPage: number) where !page.isHidden(slot) {
                if let tracker = page.tracker(slot) { unsafe body(tracker, page.words(slot)) }
            }
        }
    }

    /// Puts the present counts where the encoders read them. Under no lock.
    func refreshUsers() {
        unsafe forEachTracker { tracker, words in
            for (window, count) in tracker.counts().enumerated() {
                unsafe words[window].store(UInt64(clamping: count), ordering: .relaxed)
            }
        }
    }
}
