internal import Synchronization

/// The families of a registry and of included ones, with their values, for a reader that is not a scraper.
package struct RegistryReading: Sendable {
    /// The families with at least one series, by name.
    package let families: [FamilyReading]
    /// The numbers of dropped updates, by the reasons of `tally_rejected_updates_total`.
    package let rejectedUpdates: [(reason: String, total: UInt64)]
    /// The number of lookups with a truncated label value.
    package let shortenedValues: UInt64
}

extension MetricRegistry {
    /// Reads all families as a scrape does. It does not count as one: neither its duration nor the families that it
    /// omits appear in the registry's own metrics.
    package func reading(within timeout: Duration) -> RegistryReading {
        var request = ScrapeRequest(timeout: timeout)
        request.isScrape = false
        let parts = parts(for: request)
        let families = merged(parts, for: request)
        var overflows: [FamilyReading.Identity: FamilyReading.Overflow] = [:]
        for family in parts.flatMap(\.registered) {
            let definition = family.storage.definition
            let past = definition.pastOverflow.load(ordering: .relaxed)
            let identity = FamilyReading.Identity(definition)
            overflows[identity, default: .init()].lookups &+= past &+ family.storage.overflowTotal
            overflows[identity, default: .init()].labelSets += family.storage.overflowLabelSets
        }
        let contexts = parts.map(\.registry.context)
        return RegistryReading(
            families: families.map { FamilyReading($0, overflows[.init($0.definition)] ?? .init()) },
            rejectedUpdates: RejectedUpdates.Reason.allCases.map { reason in
                (reason.rawValue, contexts.reduce(0) { $0 &+ $1.rejected.total(reason) })
            },
            shortenedValues: contexts.reduce(0) { $0 &+ $1.rejected.shortenedTotal }
        )
    }

    /// Calls the asynchronous collectors for a reading that follows.
    package func collect(forReadingWithin timeout: Duration) async {
        var request = ScrapeRequest(timeout: timeout)
        request.isScrape = false
        await collect(for: request)
    }
}
