internal import Synchronization

/// The metrics that a registry exposes about itself.
///
/// Totals are counted in atomics elsewhere, and a scrape copies them here, so counting code needs no registry.
///
/// Series about other families are created anew for each scrape. They disappear with those families, and concurrent
/// scrapes do not share them.
final class OwnMetrics: SelfReport {
    private let series: FamilyStorage
    private let scrapeDuration: FamilyStorage
    private let rejected: FamilyStorage
    private let shortened: FamilyStorage
    private let overflow: FamilyStorage
    private let overflowLabelSets: FamilyStorage
    private let userOverflow: FamilyStorage
    private let collectorErrors: FamilyStorage
    /// Failed collections in included registries that have no metrics about themselves, by family.
    private let foreignErrors = Locked<[ByteName: UInt64]>([:])
    /// The limit of names in `foreignErrors`, because included registries may come and go.
    private static let maxForeignFamilies = 1_000
    private let context: RegistryContext
    let names: Set<String>

    init(in registry: MetricRegistry) throws(RegistrationError) {
        var names: Set<String> = []
        func register(
            _ name: String,
            _ help: String,
            _ layout: InstrumentLayout,
            _ labels: [String] = []
        ) throws(RegistrationError) -> FamilyStorage {
            names.insert(name)
            // Mirrored, so that they expose no creation time: series are created during a scrape, so Prometheus would
            // insert the initial zero after the sample.
            return try registry.register(FamilyRequest(standard: name, help, layout, labels, maxChildren: 1_000_000))
        }
        context = registry.context
        series = try register(Snapshot.seriesName, "Samples in the last exposition.", Gauge.layout)
        scrapeDuration = try register(
            "tally_scrape_duration_seconds",
            "Time to produce the last exposition.",
            Gauge.layout
        )
        shortened = try register(
            "tally_shortened_label_values_total",
            "Lookups with a label value that was truncated to 1024 bytes.",
            Counter.layout
        )
        rejected = try register(
            "tally_rejected_updates_total",
            "Invalid updates that were dropped, by reason.",
            Counter.layout,
            ["reason"]
        )
        overflow = try register(
            "tally_family_overflow_total",
            "Lookups answered by a full family's overflow child.",
            Counter.layout,
            ["family"]
        )
        overflowLabelSets = try register(
            "tally_family_overflow_label_sets",
            "Estimated distinct label sets that share a full family's overflow child.",
            Gauge.layout,
            ["family"]
        )
        userOverflow = try register(
            "tally_active_users_overflow",
            "1 if there are more active users than fit, so that their counts are estimates, 0 otherwise.",
            Gauge.layout,
            ["metric"]
        )
        collectorErrors = try register(
            "tally_scrape_errors_total",
            "Scrapes that omitted a family, by family.",
            Counter.layout,
            ["family"]
        )
        self.names = names
        for storage in [scrapeDuration, shortened] { _ = storage.onlyChild() }
        for reason in RejectedUpdates.Reason.allCases { _ = rejected.child([reason.rawValue]) }
    }

    func refresh(
        _ families: [RegisteredFamily],
        answers: [ObjectIdentifier: CollectedAnswer]
    ) -> [ObjectIdentifier: FamilyStorage] {
        for reason in RejectedUpdates.Reason.allCases {
            rejected.child([reason.rawValue]).raise(to: context.rejected.total(reason))
        }
        shortened.onlyChild().raise(to: context.rejected.shortenedTotal)
        let overflow = Replacement(of: overflow)
        let overflowLabelSets = Replacement(of: overflowLabelSets)
        let userOverflow = Replacement(of: userOverflow)
        let collectorErrors = Replacement(of: collectorErrors)
        var errors = foreignErrors.withLock { $0 }
        // Several families of one group have the same name.
        var overflowed: [ByteName: UInt64] = [:]
        var overflowedSets: [ByteName: Double] = [:]
        for family in families {
            let definition = family.storage.definition
            let name = ByteName(definition.name)
            let past = definition.pastOverflow.load(ordering: .relaxed)
            overflowed[name, default: 0] &+= past &+ family.storage.overflowTotal
            let failed = definition.collectionErrors.load(ordering: .relaxed)
            if failed > 0 { errors[name, default: 0] &+= failed }
            guard let storage = family.storage(in: answers) else { continue }
            if storage.overflowTotal > 0 { overflowedSets[name, default: 0] += storage.overflowLabelSets }
            if definition.layout.hasSettledWords {
                userOverflow.set(storage.hasOverflowingState ? 1.0 : 0, for: definition.name)
            }
        }
        for (name, total) in overflowed.sorted(by: { $0.key < $1.key }) { overflow.set(total, for: name.text) }
        for (name, sets) in overflowedSets.sorted(by: { $0.key < $1.key }) {
            overflowLabelSets.set(sets, for: name.text)
        }
        for (name, total) in errors.sorted(by: { $0.key < $1.key }) { collectorErrors.set(total, for: name.text) }
        // `countSamples(of:)` sets the value.
        let series = Replacement(of: series)
        _ = series.storage.onlyChild()
        let all = [overflow, overflowLabelSets, userOverflow, collectorErrors, series]
        return Dictionary(uniqueKeysWithValues: all.map { (ObjectIdentifier($0.registered), $0.storage) })
    }

    /// The series of one own metric in one scrape, one for each family.
    private struct Replacement {
        let registered: FamilyStorage
        let storage: FamilyStorage

        init(of registered: FamilyStorage) {
            self.registered = registered
            storage = FamilyStorage(definition: registered.definition)
        }

        func set(_ total: UInt64, for family: String) {
            if total > 0 { storage.child([family]).raise(to: total) }
        }

        func set(_ value: Double, for family: String) { storage.child([family]).store(value) }
    }

    func collectorFailed(_ family: FamilyDefinition) {
        guard family.context !== context else {
            family.collectionErrors.wrappingAdd(1, ordering: .relaxed)
            return
        }
        foreignErrors.withLock { errors in
            let name = ByteName(family.name)
            if errors[name] != nil || errors.count < Self.maxForeignFamilies { errors[name, default: 0] &+= 1 }
        }
    }

    func scraped(in duration: Duration) { scrapeDuration.onlyChild().store(duration.inSeconds) }
}

extension SeriesCell {
    /// Raises the total to that of another source. Never lowers it, so the order of concurrent scrapes does not matter.
    fileprivate func raise(to total: UInt64) {
        unsafe withWords { _ = unsafe $0.pointee.max(total, ordering: .relaxed) }
    }
}
