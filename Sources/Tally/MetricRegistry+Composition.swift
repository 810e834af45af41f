extension MetricRegistry {
    /// Adds the families of another registry, such as a library's, to this registry's expositions.
    ///
    /// The registries stay independent: the other can still be scraped alone, and its later registrations are included
    /// as well. This registry retains the other; two registries that include each other retain each other. Including a
    /// registry twice, or in itself, has no effect.
    ///
    /// Two families with the same name and type are both exposed if their constant labels distinguish their series: one
    /// label in both, with different values. Otherwise the family that was included later is omitted, even if the other
    /// has no children yet. So is a family whose samples would collide with another's. An omitted family is counted in
    /// `tally_scrape_errors_total{family}` of its own registry, or of this one if that has no such metric. A
    /// registry's metrics about itself, such as `tally_series`, are omitted in the same way but not counted.
    public func include(_ other: MetricRegistry) {
        guard other !== self else { return }
        included.withLock { registries in
            if !registries.contains(where: { $0 === other }) { registries.append(other) }
        }
    }

    /// Removes an included registry's families from this registry's expositions. Returns whether it was included.
    @discardableResult
    public func exclude(_ other: MetricRegistry) -> Bool {
        let before = included.withLock { registries in
            defer { registries.removeAll { $0 === other } }
            return registries
        }
        return before.contains { $0 === other }
    }

    /// This registry and all registries included in it, at any depth, each once.
    func parts() -> [MetricRegistry] {
        var parts: [MetricRegistry] = [self]
        var next = 0
        while next < parts.count {
            for other in parts[next].included.withLock({ $0 }) where !parts.contains(where: { $0 === other }) {
                parts.append(other)
            }
            next += 1
        }
        return parts
    }

    /// The names of the families that describe this registry, or a registry included in it.
    package var ownFamilyNames: Set<String> { Set(parts().flatMap { $0.ownMetrics?.names ?? [] }) }

    /// Sets `tally_series` of each registry that exposes it in this exposition. This registry's value also covers the
    /// registries that do not, so that the values add up to the number of samples.
    func countSamples(of families: [Snapshot.Family]) {
        let counting = families.filter { $0.definition.name == OwnMetrics.seriesName }
        var samples = [ObjectIdentifier(self): 0]
        for family in counting { samples[ObjectIdentifier(family.registry)] = 0 }
        for family in families {
            let id = ObjectIdentifier(family.registry)
            samples[samples[id] == nil ? ObjectIdentifier(self) : id]? += family.samples
        }
        for family in counting { family.view.setOnlyWord(Double(samples[ObjectIdentifier(family.registry)] ?? 0)) }
    }

    /// Merges the families of several registries in one order, and omits families that collide.
    func merged(_ parts: [Snapshot.Part]) -> [Snapshot.Family] {
        guard parts.count > 1 else { return parts.first?.families ?? [] }
        let admitted = Self.admitted(of: parts)
        var shown: [ByteName: [Snapshot.Family]] = [:]
        for part in parts {
            let own = part.registry.ownMetrics
            for family in part.families {
                if admitted.contains(ObjectIdentifier(family.definition)) {
                    shown[ByteName(family.definition.name), default: []].append(family)
                } else if own?.names.contains(family.definition.name) != true {
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

    /// The families that can be exposed together. Families without children count as well: otherwise a name would pass
    /// from one registry to another when its first child is created. A registry's metrics about itself count only if
    /// they are exposed.
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

extension FamilyDefinition {
    /// True if the series of two families with the same name can never be equal.
    fileprivate func canStandBeside(_ other: FamilyDefinition) -> Bool {
        kind == other.kind
            && constantLabels.contains { label in
                other.constantLabels.contains {
                    ByteName($0.name) == ByteName(label.name) && ByteName($0.value) != ByteName(label.value)
                }
            }
    }
}
