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
    /// `tally_scrape_errors_total{family}` of its own registry, or of this one if its own has `ownMetrics: false`. A
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
}
