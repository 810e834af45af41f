extension MetricRegistry {
    /// Sets `tally_series` of each registry that exposes it in this exposition. This registry's value also covers the
    /// registries that do not, so that the values add up to the number of samples.
    func countSamples(of families: [Snapshot.Family]) {
        let counting = families.filter { $0.definition.name == Snapshot.seriesName }
        var samples = [ObjectIdentifier(self): 0]
        for family in counting { samples[ObjectIdentifier(family.registry)] = 0 }
        for family in families {
            let id = ObjectIdentifier(family.registry)
            samples[samples[id] == nil ? ObjectIdentifier(self) : id]? += family.samples
        }
        for family in counting { family.view.setOnlyWord(Double(samples[ObjectIdentifier(family.registry)] ?? 0)) }
    }

    /// Merges the families of several registries in one order, and omits families that collide.
    func merged(_ parts: [Snapshot.Part], for request: ScrapeRequest) -> [Snapshot.Family] {
        let families = merged(parts, countsErrors: request.isScrape)
        countSamples(of: families)
        return families
    }

    private func merged(_ parts: [Snapshot.Part], countsErrors: Bool) -> [Snapshot.Family] {
        guard parts.count > 1 else { return parts.first?.families ?? [] }
        let admitted = Self.admitted(of: parts)
        var shown: [ByteName: [Snapshot.Family]] = [:]
        for part in parts {
            let own = part.registry.ownMetrics
            for family in part.families {
                if admitted.contains(ObjectIdentifier(family.definition)) {
                    shown[ByteName(family.definition.name), default: []].append(family)
                } else if countsErrors, own?.names.contains(family.definition.name) != true {
                    // A library's registry may have no metrics of its own to count the failure in.
                    (own ?? ownMetrics)?.collectorFailed(family.definition)
                }
            }
        }
        return shown.sorted { $0.key < $1.key }.flatMap { _, families in
            families.enumerated().map { index, family in
                var family = family
                family.continuesPrevious = index > 0
                return family
            }
        }
    }

    /// The families that can be exposed together. Families without children count as well: otherwise creating a first
    /// child could move a name from one registry to another. A registry's own metrics count only if they are exposed.
    private static func admitted(of parts: [Snapshot.Part]) -> Set<ObjectIdentifier> {
        var owners: [ByteName: ByteName] = [:]
        var admitted: [ByteName: [FamilyDefinition]] = [:]
        for part in parts {
            let own = part.registry.ownMetrics?.names ?? []
            let definitions =
                part.registered.map(\.storage.definition).filter { !own.contains($0.name) }
                + part.families.map(\.definition).filter { own.contains($0.name) }
            for definition in definitions {
                let name = ByteName(definition.name)
                guard definition.claims.allSatisfy({ (owners[$0] ?? name) == name }),
                    admitted[name, default: []].allSatisfy({ $0.canStandBeside(definition) })
                else { continue }
                for claim in definition.claims { owners[claim] = name }
                admitted[name, default: []].append(definition)
            }
        }
        return Set(admitted.values.joined().map(ObjectIdentifier.init))
    }
}
