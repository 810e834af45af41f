internal import Synchronization

/// What a registry exposes of itself.
///
/// Totals are kept where they are counted, as plain atomics, and copied here at each scrape: nothing that counts
/// needs to know of a registry.
///
/// Series about other families are made anew for each scrape, from the families that are registered: it goes with
/// them, and no other scrape writes into it.
final class OwnMetrics: Sendable {
    static let seriesName = "tally_series"

    private let series: FamilyStorage
    private let scrapeDuration: Gauge
    private let rejected: Family<RejectedUpdates.Reason, Counter>
    private let shortened: Counter
    private let overflow: FamilyStorage
    private let overflowLabelSets: FamilyStorage
    private let userOverflow: FamilyStorage
    private let collectorErrors: FamilyStorage
    /// Failures of families of included registries that have no metrics of their own.
    private let foreignErrors = Locked<[ByteName: UInt64]>([:])
    /// More names are not counted, since registries may come and go.
    private static let maxForeignFamilies = 1_000
    private let context: RegistryContext
    /// The families' names, as exposed.
    let names: Set<String>

    init(in registry: MetricRegistry) throws(RegistrationError) {
        var names: Set<String> = []
        func register(
            _ name: String,
            _ help: String,
            _ kind: MetricKind,
            _ labels: [String] = []
        ) throws(RegistrationError) -> FamilyStorage {
            names.insert(name)
            return try registry.register(
                name,
                help: help,
                kind: kind,
                labelNames: labels,
                maxChildren: 1_000_000,
                isStandard: true,
                // Totals are copied, and their series made, in the middle of a scrape: a creation time would be later than
                // that of the sample, and Prometheus would put a zero behind it.
                isMirrored: kind == .counter
            )
        }
        context = registry.context
        series = try register(Self.seriesName, "Samples in the last exposition.", .gauge)
        scrapeDuration = Gauge(
            cell: try register(
                "tally_scrape_duration_seconds",
                "Time it took to make the last exposition.",
                .gauge
            ).onlyChild()
        )
        shortened = Counter(
            cell: try register(
                "tally_shortened_label_values_total",
                "Lookups with a label value that was cut to 1024 bytes.",
                .counter
            ).onlyChild()
        )
        let schema = RejectedUpdates.Reason.schema
        rejected = Family(
            core: FamilyCore(
                storage: try register(
                    "tally_rejected_updates_total",
                    "Updates that could not be recorded, by reason.",
                    .counter,
                    schema.map(\.name)
                ),
                labels: RejectedUpdates.Reason.self,
                schema: schema
            )
        )
        overflow = try register(
            "tally_family_overflow_total",
            "Lookups answered by a full family's overflow child.",
            .counter,
            ["family"]
        )
        overflowLabelSets = try register(
            "tally_family_overflow_label_sets",
            "Distinct label sets that a full family turned away, estimated.",
            .gauge,
            ["family"]
        )
        userOverflow = try register(
            "tally_active_users_overflow",
            "Whether active users were more than fit, so that their counts are estimates.",
            .gauge,
            ["metric"]
        )
        collectorErrors = try register(
            "tally_scrape_errors_total",
            "Values that a scrape could not collect, by family.",
            .counter,
            ["family"]
        )
        self.names = names
    }

    /// Brings the totals up to date.
    ///
    /// - Parameters:
    ///   - families: The registered families.
    ///   - answers: What collectors have said just now.
    /// - Returns: The storages to expose in the place of registered ones, by these.
    func refresh(
        _ families: [MetricRegistry.RegisteredFamily],
        answers: [ObjectIdentifier: RegisteredCollector.Answer]
    ) -> [ObjectIdentifier: FamilyStorage] {
        for reason in RejectedUpdates.Reason.allCases {
            rejected[reason].raise(to: context.rejected.total(reason))
        }
        shortened.raise(to: context.rejected.shortenedTotal)
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
            if definition.kind == .activeUsers {
                userOverflow.set(storage.trackers().contains { $0.isOverflowing } ? 1.0 : 0, for: definition)
            }
        }
        for (name, total) in errors.sorted(by: { $0.key < $1.key }) { collectorErrors.set(total, for: name.text) }
        // Set once the samples have been counted.
        let series = Replacement(of: series)
        _ = series.storage.onlyChild()
        let all = [overflow, overflowLabelSets, userOverflow, collectorErrors, series]
        return Dictionary(uniqueKeysWithValues: all.map { (ObjectIdentifier($0.registered), $0.storage) })
    }

    /// The series of one scrape, each about a family.
    private struct Replacement {
        let registered: FamilyStorage
        let storage: FamilyStorage

        init(of registered: FamilyStorage) {
            self.registered = registered
            storage = FamilyStorage(definition: registered.definition)
        }

        func set(_ total: UInt64, for family: String) {
            if total > 0 { DynamicFamily<Counter>(storage: storage)[[family]].raise(to: total) }
        }

        func set(_ value: Double, for family: FamilyDefinition) {
            DynamicFamily<Gauge>(storage: storage)[[family.name]].set(value)
        }
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

    func scraped(in duration: Duration) {
        scrapeDuration.set(duration.inSeconds)
    }
}

extension Counter {
    /// Sets a total that is kept elsewhere. Never lowers it, whatever order concurrent scrapes come in.
    fileprivate func raise(to total: UInt64) {
        unsafe cell.withWords { _ = unsafe $0.pointee.max(total, ordering: .relaxed) }
    }
}
