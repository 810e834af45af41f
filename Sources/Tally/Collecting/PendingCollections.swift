/// An asynchronous collector that a scrape needs, with the families it fills in one registry.
struct WantedCollection: Sendable {
    let collection: AsyncCollection
    let families: [FamilyDefinition]
    let own: OwnMetrics?

    func countFailure() {
        for family in families { own?.collectorFailed(family) }
    }
}

/// A wait for collectors without a task. Its owner ends it, by its own clock.
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
                if !hasAnswer { wanted.countFailure() }
                arrive()
            }
            guard let number else {
                wanted.countFailure()
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

    /// Ends the wait. Collectors that have not answered are omitted and counted. Returns false if the wait was over.
    package func giveUp() -> Bool {
        let (wasOpen, waits) = state.withLock { state in
            let wasOpen = state.done != nil
            state.done = nil
            return (wasOpen, state.waits)
        }
        guard wasOpen else { return false }
        for (wanted, number) in waits where wanted.collection.giveUp(number, isLate: true) { wanted.countFailure() }
        return true
    }
}
