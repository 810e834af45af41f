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

    /// Whether there are collectors that ``collect(names:within:)`` has to ask.
    public var hasAsyncCollectors: Bool {
        parts().contains { part in part.families().contains { $0.collector?.hasToBeWaitedFor == true } }
    }

    /// Asks the collectors that have to be waited for, all at a time. The expositions that follow show what they said.
    ///
    /// A `/metrics` route that has such collectors:
    ///
    /// ```swift
    /// await registry.collect(within: .seconds(5))
    /// return registry.exposition(accept: request.accept)
    /// ```
    ///
    /// - Parameters:
    ///   - names: Those of the families to be exposed, as in ``exposition(accept:names:within:)``.
    ///   - limit: How long it may take, by the registry's clock. A collector that has not answered by then is left out and
    ///     counted; it goes on, and its answer is for those who ask before it is there. Who asks later has it asked again.
    public func collect(names: [String] = [], within limit: Duration? = nil) async {
        await withTaskGroup { group in
            for part in parts() {
                var asked: Set<ObjectIdentifier> = []
                let families = part.named(names, among: part.families())
                for collector in families.compactMap(\.collector) where collector.hasToBeWaitedFor {
                    guard asked.insert(ObjectIdentifier(collector)).inserted else { continue }
                    group.addTask {
                        // Of a scrape that nobody waits for any more, nothing is wrong with the collector.
                        guard await !collector.ask(within: limit), !Task.isCancelled else { return }
                        for family in families where family.collector === collector {
                            part.ownMetrics?.collectorFailed(family.storage.definition)
                        }
                    }
                }
            }
        }
    }
}
