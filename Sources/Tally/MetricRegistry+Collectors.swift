extension MetricRegistry {
    /// Registers a collector, whose families must be as they should; a wrong one traps and is named.
    public func register(_ collector: some MetricCollector) {
        RegistrationError.trapping { () throws(RegistrationError) in try register(validating: collector) }
    }

    /// Registers a collector whose families' names come at run time: all of them, or, if one is wrong, none.
    ///
    /// Families of the same definition that another collector fills are filled by this one from now on.
    public func register(validating collector: some MetricCollector) throws(RegistrationError) {
        try register(collector.families, filledBy: .now { try collector.collect(into: &$0) })
    }

    /// Registers a collector that has to be waited for; a wrong family traps and is named.
    public func register(_ collector: some AsyncMetricCollector) {
        RegistrationError.trapping { () throws(RegistrationError) in try register(validating: collector) }
    }

    /// Registers a collector that has to be waited for, whose families' names come at run time: all of them or none.
    public func register(validating collector: some AsyncMetricCollector) throws(RegistrationError) {
        try register(collector.families, filledBy: .later { try await collector.collect(into: &$0) })
    }

    private func register(
        _ families: [CollectedFamily],
        filledBy work: RegisteredCollector.Work
    ) throws(RegistrationError) {
        let collector = RegisteredCollector(work, context: context)
        let before = self.families()
        var added: [String] = []
        var takenOver: [(family: CollectedFamily, from: RegisteredCollector)] = []
        do {
            for family in families {
                let name = ByteName(exposedName(family.name, as: family.kind))
                let other = before.first { ByteName($0.storage.definition.name) == name }
                let storage = try enter(family, filledBy: collector)
                if let other = other?.collector { takenOver.append((family, other)) } else { added.append(name.text) }
                collector.add(storage.definition, knownAs: family.name)
            }
        } catch {
            for name in added { unregister(name) }
            for (family, other) in takenOver { _ = try? enter(family, filledBy: other) }
            throw error
        }
    }

    private func enter(
        _ family: CollectedFamily,
        filledBy collector: RegisteredCollector
    ) throws(RegistrationError) -> FamilyStorage {
        try register(
            family.name,
            help: family.help,
            kind: family.kind,
            labelNames: family.labelNames,
            buckets: family.buckets,
            limit: family.limit,
            collector: collector
        )
    }

    /// True if there are collectors that ``collect(for:)`` has to ask.
    public var hasAsyncCollectors: Bool { !wantedCollections([]).isEmpty }

    /// Asks the asynchronous collectors, all at the same time. Expositions of the next minute show their answers.
    ///
    /// The `/metrics` route of a registry that has such collectors:
    ///
    /// ```swift
    /// await registry.collect(for: scrape)
    /// return registry.exposition(for: scrape)
    /// ```
    ///
    /// - Parameter request: The families to be exposed, and the time there is. Collectors may take four fifths of it; if it
    ///   has no ``ScrapeRequest/timeout``, as long as they like. A collector that has not answered by then is left out and
    ///   counted in `tally_collector_errors_total{family}`. It keeps running: scrapes that join before it finishes share
    ///   its answer; a later scrape starts it again.
    public func collect(for request: ScrapeRequest = ScrapeRequest()) async {
        let limit = request.timeLeft(context).map { $0 * 0.8 }
        await withTaskGroup { group in
            for wanted in wantedCollections(request.names) {
                group.addTask {
                    // In a scrape that nobody waits for any more, nothing is wrong with the collector.
                    guard await !wanted.collection.ask(within: limit), !Task.isCancelled else { return }
                    wanted.countFailure()
                }
            }
        }
    }

    /// Asks the asynchronous collectors without a task that waits for them, so that a timer of the host's own can end the
    /// wait although every thread of the runtime's pool is blocked.
    ///
    /// - Parameter done: Called once when all have answered or failed, maybe on this thread; never after
    ///   ``PendingCollections/giveUp()``.
    package func beginCollecting(
        for request: ScrapeRequest,
        _ done: @escaping @Sendable () -> Void
    ) -> PendingCollections {
        PendingCollections(wantedCollections(request.names), done)
    }

    private func wantedCollections(_ names: [String]) -> [WantedCollection] {
        parts().flatMap { part in
            var wanted: [(collection: AsyncCollection, families: [FamilyDefinition])] = []
            for family in part.named(names, among: part.families()) {
                guard let collection = family.collector?.collection else { continue }
                let definition = family.storage.definition
                if let place = wanted.firstIndex(where: { $0.collection === collection }) {
                    wanted[place].families.append(definition)
                } else {
                    wanted.append((collection, [definition]))
                }
            }
            return wanted.map {
                WantedCollection(collection: $0.collection, families: $0.families, own: part.ownMetrics)
            }
        }
    }
}
