internal import Synchronization

/// What a registry exposes of itself.
///
/// Totals are kept where they are counted, as plain atomics, and copied here at each scrape: nothing that counts
/// needs to know of a registry.
final class OwnMetrics: Sendable {
    static let seriesName = "tally_series"

    private let series: Gauge
    private let scrapeDuration: Gauge
    private let rejected: Family<RejectedUpdates.Reason, Counter>
    private let shortened: Counter
    private let overflow: DynamicFamily<Counter>
    private let overflowLabelSets: DynamicFamily<Gauge>
    private let userOverflow: DynamicFamily<Gauge>
    private let collectorErrors: DynamicFamily<Counter>
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
                limit: 1_000_000,
                isStandard: true,
                // Totals are copied, and their series made, in the middle of a scrape: a creation time would be later than
                // that of the sample, and Prometheus would put a zero behind it.
                isMirrored: kind == .counter
            )
        }
        context = registry.context
        series = Gauge(
            cell: try register(Self.seriesName, "Samples in the last exposition.", .gauge).onlyChild()
        )
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
        overflow = DynamicFamily(
            storage: try register(
                "tally_family_overflow_total",
                "Lookups answered by a full family's overflow child.",
                .counter,
                ["family"]
            )
        )
        overflowLabelSets = DynamicFamily(
            storage: try register(
                "tally_family_overflow_label_sets",
                "Distinct label sets that a full family turned away, estimated.",
                .gauge,
                ["family"]
            )
        )
        userOverflow = DynamicFamily(
            storage: try register(
                "tally_active_users_overflow",
                "Whether active users were more than fit, so that their counts are estimates.",
                .gauge,
                ["metric"]
            )
        )
        collectorErrors = DynamicFamily(
            storage: try register(
                "tally_collector_errors_total",
                "Values that a scrape could not collect, by family.",
                .counter,
                ["family"]
            )
        )
        self.names = names
    }

    /// Brings the totals up to date.
    ///
    /// - Parameter answers: What collectors have said just now.
    func refresh(
        _ families: [MetricRegistry.RegisteredFamily],
        answers: [ObjectIdentifier: RegisteredCollector.Answer]
    ) {
        for reason in RejectedUpdates.Reason.allCases {
            rejected[reason].raise(to: context.rejected.total(reason))
        }
        shortened.raise(to: context.rejected.shortenedTotal)
        var overflowed = context.pastOverflow
        for family in families where family.storage.overflowTotal > 0 {
            overflowed[ByteName(family.storage.definition.name), default: 0] += family.storage.overflowTotal
        }
        for storage in families.compactMap({ $0.storage(in: answers) }) {
            let name = storage.definition.name
            if storage.overflowTotal > 0 { overflowLabelSets[[name]].set(storage.overflowLabelSets) }
            if storage.definition.kind == .activeUsers {
                userOverflow[[name]].set(storage.trackers().contains { $0.isOverflowing } ? 1 : 0)
            }
        }
        for (name, total) in overflowed.sorted(by: { $0.key < $1.key }) { overflow[[name.text]].raise(to: total) }
    }

    /// Leaves out what was said of a family that is no longer registered, totals excepted.
    func forget(_ family: FamilyDefinition) {
        overflowLabelSets.remove([family.name])
        userOverflow.remove([family.name])
    }

    func collectorFailed(_ family: FamilyDefinition) {
        collectorErrors[[family.name]].increment()
    }

    func exposed(samples: Int) {
        series.set(samples)
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
