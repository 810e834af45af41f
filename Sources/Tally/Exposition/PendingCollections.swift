/// An asynchronous collector that a scrape needs, with the families it fills in one registry.
struct WantedCollection: Sendable {
    let collection: AsyncCollection
    let families: [FamilyDefinition]
    let own: (any SelfReport)?
    let request: ScrapeRequest

    /// Counts the failure, and omits the families from the request's expositions.
    func fail() {
        if request.isScrape {
            for family in families { own?.collectorFailed(family) }
        }
        request.late.insert(collection)
    }
}

/// A wait for collectors that needs no task. The owner of the wait ends it, for example at its deadline.
package final class PendingCollections: Sendable {
    private struct State {
        /// The number of collectors that have not answered, plus one until all have been called.
        var open: Int
        var waits: [(wanted: WantedCollection, number: UInt64)] = []
        /// Nil once it has been called or must not be called.
        var done: (@Sendable () -> Void)?
    }

    private let state: Locked<State>

    init(_ wanted: [WantedCollection], _ done: @escaping @Sendable () -> Void) {
        state = Locked(State(open: wanted.count + 1, done: done))
        for wanted in wanted {
            let number = wanted.collection.begin { [self] hasAnswer in
                if !hasAnswer { wanted.fail() }
                arrive()
            }
            guard let number else {
                wanted.fail()
                arrive()
                continue
            }
            state.withLock { $0.waits.append((wanted, number)) }
        }
        arrive()
    }

    private func arrive() {
        let done = state.withLock { state -> (@Sendable () -> Void)? in
            state.open -= 1
            return state.open == 0 ? state.done.take() : nil
        }
        done?()
    }

    /// Ends the wait. Returns false if it had already ended.
    ///
    /// - Parameter isLate: True if the scrape continues without the collectors that have not answered, which are then
    ///   omitted and counted; false if the scraper has disconnected, which is no failure of the collectors.
    package func giveUp(isLate: Bool) -> Bool {
        let (wasOpen, waits) = state.withLock { state in
            let wasOpen = state.done != nil
            state.done = nil
            return (wasOpen, state.waits)
        }
        guard wasOpen else { return false }
        for (wanted, number) in waits where wanted.collection.giveUp(number) && isLate { wanted.fail() }
        return true
    }
}
