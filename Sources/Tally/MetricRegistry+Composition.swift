extension MetricRegistry {
    /// Shows the families of another registry, such as a library's, in this one's expositions, too.
    ///
    /// Both go on by themselves: the other can be scraped alone, and what is registered in it later is shown as well. It is
    /// kept as long as this one; two that include each other keep each other. Once more changes nothing, nor does itself.
    ///
    /// Where both have a family of one name and type, both are shown if constant labels tell their series apart: one label
    /// in both, with different values. Otherwise the one that was included later is left out, whether the other has children
    /// yet or not, and counted in its `tally_collector_errors_total{family}` (in this one's if it has none), as is a family whose samples would be taken for another's. What a registry tells of
    /// itself (`tally_series` and so on) is left out in the same way, uncounted.
    public func include(_ other: MetricRegistry) {
        guard other !== self else { return }
        included.withLock { registries in
            if !registries.contains(where: { $0 === other }) { registries.append(other) }
        }
    }

    /// No longer shows the families of a registry that was included. Returns whether it was.
    @discardableResult
    public func exclude(_ other: MetricRegistry) -> Bool {
        let before = included.withLock { registries in
            defer { registries.removeAll { $0 === other } }
            return registries
        }
        return before.contains { $0 === other }
    }

    /// This registry and all that are included in it, at any depth, each once.
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

    /// The names of the families that tell of this registry itself, or of those that are included in it.
    package var ownFamilyNames: Set<String> { Set(parts().flatMap { $0.ownMetrics?.names ?? [] }) }

    /// Sets `tally_series` of each registry that shows it in an exposition. This one counts the samples of those that
    /// do not, too, so that the sum is the number of samples.
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

    /// Puts the families of several registries into one order, and leaves out what cannot be shown beside the rest.
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
                    // A library's registry may well have no metrics of its own to count it in.
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

    /// The families that can be shown beside each other. Those without children count, too: a name must not pass from one
    /// registry to another when the first child is made. Of what registries tell of themselves only what there is.
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
    /// Whether the series of two families of one name can never be the same.
    fileprivate func canStandBeside(_ other: FamilyDefinition) -> Bool {
        kind == other.kind
            && constantLabels.contains { label in
                other.constantLabels.contains {
                    ByteName($0.name) == ByteName(label.name) && ByteName($0.value) != ByteName(label.value)
                }
            }
    }
}
