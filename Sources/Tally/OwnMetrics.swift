internal import Synchronization

/// The metrics that a registry exposes about itself.
///
/// Totals are kept as plain atomics where they are counted, and copied here at each scrape, so that nothing that counts
/// needs to know a registry.
///
/// Series about other families are made anew for each scrape, from the registered families: they disappear with them,
/// and no other scrape writes into them.
final class OwnMetrics: SelfReport {
    private let series: FamilyStorage
    private let scrapeDuration: FamilyStorage
    private let rejected: FamilyStorage
    private let shortened: FamilyStorage
    private let overflow: FamilyStorage
    private let overflowLabelSets: FamilyStorage
    private let userOverflow: FamilyStorage
    private let collectorErrors: FamilyStorage
    /// Failures of families of included registries that have no metrics of their own.
    private let foreignErrors = Locked<[ByteName: UInt64]>([:])
    /// Further names are not counted, because registries may come and go.
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
            // Mirrored: series are made in the middle of a scrape. A creation time would be later than that of the
            // sample, and Prometheus would put a zero behind it.
            return try registry.register(FamilyRequest(standard: name, help, layout, labels, maxChildren: 1_000_000))
        }
        context = registry.context
        series = try register(Snapshot.seriesName, "Samples in the last exposition.", Gauge.layout)
        scrapeDuration = try register(
            "tally_scrape_duration_seconds",
            "Time it took to make the last exposition.",
            Gauge.layout
        )
        shortened = try register(
            "tally_shortened_label_values_total",
            "Lookups with a label value that was cut to 1024 bytes.",
            Counter.layout
        )
        rejected = try register(
            "tally_rejected_updates_total",
            "Updates that could not be recorded, by reason.",
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
            "Distinct label sets that a full family turned away, estimated.",
            Gauge.layout,
            ["family"]
        )
        userOverflow = try register(
            "tally_active_users_overflow",
            "Whether active users were more than fit, so that their counts are estimates.",
            Gauge.layout,
            ["metric"]
        )
        collectorErrors = try register(
            "tally_scrape_errors_total",
            "Values that a scrape could not collect, by family.",
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
        for family in families {
            let definition = family.storage.definition
            let past = definition.pastOverflow.load(ordering: .relaxed)
            overflow.set(past &+ family.storage.overflowTotal, for: definition.name)
            let failed = definition.collectionErrors.load(ordering: .relaxed)
            if failed > 0 { errors[ByteName(definition.name), default: 0] &+= failed }
            guard let storage = family.storage(in: answers) else { continue }
            if storage.overflowTotal > 0 { overflowLabelSets.set(storage.overflowLabelSets, for: definition) }
            if definition.layout.makeState != nil {
                userOverflow.set(storage.hasOverflowingState ? 1.0 : 0, for: definition)
            }
        }
        for (name, total) in errors.sorted(by: { $0.key < $1.key }) { collectorErrors.set(total, for: name.text) }
        // Set once the samples have been counted.
        let series = Replacement(of: series)
        _ = series.storage.onlyChild()
        let all = [overflow, overflowLabelSets, userOverflow, collectorErrors, series]
        return Dictionary(uniqueKeysWithValues: all.map { (ObjectIdentifier($0.registered), $0.storage) })
    }

    /// The series of one scrape, one for each family.
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

        func set(_ value: Double, for family: FamilyDefinition) { storage.child([family.name]).store(value) }
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
    /// Sets a total that is kept elsewhere. Never lowers it, whatever the order of concurrent scrapes is.
    fileprivate func raise(to total: UInt64) {
        unsafe withWords { _ = unsafe $0.pointee.max(total, ordering: .relaxed) }
    }
}
