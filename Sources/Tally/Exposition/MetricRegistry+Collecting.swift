extension MetricRegistry {
    /// True if there are collectors that ``collect(for:)`` has to call.
    package var hasAsyncCollectors: Bool { !wantedCollections(ScrapeRequest()).isEmpty }

    /// Calls all asynchronous collectors concurrently. Expositions within the next minute contain their answers.
    ///
    /// Await this in the `/metrics` route of a registry with such collectors:
    ///
    /// ```swift
    /// await registry.collect(for: scrape)
    /// return registry.exposition(for: scrape)
    /// ```
    ///
    /// - Parameter request: The families to expose, and the timeout. Collectors may take four fifths of the
    ///   ``ScrapeRequest/timeout``; without one, their time is unlimited. The families of a collector that has not
    ///   answered by then are omitted and counted in `tally_scrape_errors_total{family}`. That collector keeps running:
    ///   scrapes that join before it finishes share its answer; a later scrape starts it again.
    public func collect(for request: ScrapeRequest = ScrapeRequest()) async {
        let limit = request.timeLeft(context).map { $0 * 0.8 }
        request.late.removeAll()
        await withTaskGroup { group in
            for wanted in wantedCollections(request) {
                group.addTask {
                    // A cancelled scrape is no failure of the collector.
                    guard await !wanted.collection.ask(within: limit), !Task.isCancelled else { return }
                    wanted.fail()
                }
            }
        }
    }

    /// Calls the asynchronous collectors without a task that waits for them. The host's own timer can then end the wait
    /// even if every thread of the runtime's pool is blocked.
    ///
    /// - Parameter done: Called once when all collectors have answered or failed, possibly on this thread; never after
    ///   ``PendingCollections/giveUp(isLate:)``.
    package func beginCollecting(
        for request: ScrapeRequest,
        _ done: @escaping @Sendable () -> Void
    ) -> PendingCollections {
        PendingCollections(wantedCollections(request), done)
    }

    private func wantedCollections(_ request: ScrapeRequest) -> [WantedCollection] {
        parts().flatMap { part in
            var wanted: [(collection: AsyncCollection, families: [FamilyDefinition])] = []
            for family in part.named(request.names, among: part.families()) {
                guard let collection = family.collector?.collection else { continue }
                let definition = family.storage.definition
                if let place = wanted.firstIndex(where: { $0.collection === collection }) {
                    wanted[place].families.append(definition)
                } else {
                    wanted.append((collection, [definition]))
                }
            }
            return wanted.map {
                WantedCollection(
                    collection: $0.collection,
                    families: $0.families,
                    own: part.ownMetrics,
                    request: request
                )
            }
        }
    }
}
