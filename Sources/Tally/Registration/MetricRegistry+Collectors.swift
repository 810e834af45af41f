extension MetricRegistry {
    /// Registers a collector. Traps if one of its families is invalid or has another definition.
    public func register(_ collector: some MetricCollector) {
        RegistrationError.trapping { () throws(RegistrationError) in try register(validating: collector) }
    }

    /// Registers a collector whose family names are known only at run time. Throws, and registers no family, if one of
    /// them is invalid or has another definition. If another collector fills a family of the same definition, this one
    /// replaces it as the source of the family.
    public func register(validating collector: some MetricCollector) throws(RegistrationError) {
        try register(collector.families, filledBy: .now { try collector.collect(into: &$0) })
    }

    /// Registers an asynchronous collector. Traps if one of its families is invalid or has another definition.
    public func register(_ collector: some AsyncMetricCollector) {
        RegistrationError.trapping { () throws(RegistrationError) in try register(validating: collector) }
    }

    /// Registers an asynchronous collector whose family names are known only at run time. Throws, and registers no
    /// family, if one of them is invalid or has another definition.
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
                let name = ByteName(exposedName(family.request))
                let other = before.first { ByteName($0.storage.definition.name) == name }
                let storage = try register(family.request, from: .collector(collector))
                if let other = other?.collector { takenOver.append((family, other)) } else { added.append(name.text) }
                collector.add(storage.definition, knownAs: family.name)
            }
        } catch {
            for name in added { unregister(name) }
            for (family, other) in takenOver { _ = try? register(family.request, from: .collector(other)) }
            throw error
        }
    }
}
