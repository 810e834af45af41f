/// Holds a server's instruments and encodes them.
///
/// ```swift
/// let registry = MetricRegistry()
/// let served = Counter("http_requests_total", help: "Requests served.", in: registry)
/// let exposition = registry.exposition(accept: request.headers["Accept"])
/// ```
///
/// There is no global registry: pass one to whatever counts, and a fresh one to each test.
///
/// Registering takes the registry's lock; updating an instrument never does. A scrape takes it to copy one reference.
public final class MetricRegistry: Sendable {
    let context: RegistryContext
    let constantLabels: [FamilyDefinition.ConstantLabel]
    private let prefix: String
    private let validation: NameValidation
    private let state = Locked(State())
    /// What brings values up to date that are kept elsewhere.
    let refreshers = Locked<[@Sendable () -> Void]>([])
    let processMetrics = Locked<ProcessMetrics?>(nil)
    /// Other registries that are exposed with this one.
    let included = Locked<[MetricRegistry]>([])
    /// Nil if the host wants none.
    private let own = Locked<OwnMetrics?>(nil)

    private struct State {
        var families: [ByteName: RegisteredFamily] = [:]
        /// Which family has which sample names.
        var claims: [ByteName: ByteName] = [:]
        /// The same, of sample names that a scraper sees who asks for `dots`.
        var dotted: [ByteName: ByteName] = [:]
        /// The families by name, while no registration has changed them.
        var sorted: [RegisteredFamily]?
    }

    /// How many children a family may have, if it is not told otherwise.
    public static let defaultMaxChildren = 1_000

    /// A registry whose names are literals; a wrong one traps and is named.
    ///
    /// - Parameters:
    ///   - clock: What timers and scrape durations are measured by.
    ///   - prefix: Put before the name of every instrument, as it stands: `chat_`.
    ///   - constantLabels: Put on every series, before its own labels. `family`, `metric` and `reason` are taken by the
    ///     registry's own metrics, unless it has none.
    ///   - nameValidation: Which names metrics and labels may have.
    ///   - exposesCreated: Whether OpenMetrics tells when each counter and histogram was made, in `_created`; not of
    ///     totals that come from elsewhere, as a collector's. It nearly doubles the number of counters, and few
    ///     scrapers use it.
    ///   - ownMetrics: Whether the registry exposes what it knows of itself: `tally_series`,
    ///     `tally_scrape_duration_seconds`, `tally_rejected_updates_total{reason}`,
    ///     `tally_shortened_label_values_total`, `tally_family_overflow_total{family}`,
    ///     `tally_family_overflow_label_sets{family}`, `tally_active_users_overflow{metric}`,
    ///     `tally_scrape_errors_total{family}`. They take the constant labels, not the prefix.
    public convenience init(
        clock: some Clock<Duration> = ContinuousClock(),
        prefix: StaticString = "",
        constantLabels: KeyValuePairs<StaticString, String> = [:],
        nameValidation: NameValidation = .legacy,
        exposesCreated: Bool = false,
        ownMetrics: Bool = true
    ) {
        let labels = constantLabels.map { (name: "\($0.key)", value: $0.value) }
        do {
            try self.init(
                clock: clock,
                validatingPrefix: "\(prefix)",
                constantLabels: labels,
                nameValidation: nameValidation,
                exposesCreated: exposesCreated,
                ownMetrics: ownMetrics
            )
        } catch {
            // Not `RegistrationError.trapping`, which would have to delegate to an initialiser from a closure.
            fatalError("Tally: \(error)")
        }
    }

    /// A registry whose prefix and constant labels come at run time.
    public convenience init(
        clock: some Clock<Duration> = ContinuousClock(),
        validatingPrefix prefix: String,
        constantLabels: [(name: String, value: String)] = [],
        nameValidation: NameValidation = .legacy,
        exposesCreated: Bool = false,
        ownMetrics: Bool = true
    ) throws(RegistrationError) {
        try self.init(
            clock: clock,
            wallSeconds: WallClock.secondsSinceEpoch,
            validatingPrefix: prefix,
            constantLabels: constantLabels,
            nameValidation: nameValidation,
            exposesCreated: exposesCreated,
            ownMetrics: ownMetrics
        )
    }

    /// - Parameter wallSeconds: The time of day, in seconds since the Unix epoch.
    package init(
        clock: some Clock<Duration>,
        wallSeconds: @escaping @Sendable () -> Double,
        validatingPrefix prefix: String = "",
        constantLabels: [(name: String, value: String)] = [],
        nameValidation: NameValidation = .legacy,
        exposesCreated: Bool = false,
        ownMetrics: Bool = false
    ) throws(RegistrationError) {
        let start = clock.now
        let context = RegistryContext(
            now: { start.duration(to: clock.now) },
            // A clock may trap where it cannot add that much. Thirty years are as good as for ever.
            sleep: { try await clock.sleep(for: min(max($0, .zero), .seconds(1_000_000_000))) },
            isRealTime: clock is ContinuousClock || clock is SuspendingClock,
            wallSeconds: wallSeconds,
            exposesCreated: exposesCreated
        )
        self.context = context
        self.prefix = prefix
        validation = nameValidation
        self.constantLabels = constantLabels.map { label in
            let value = LabelTextWriter.cut(label.value)
            if value.utf8.count < label.value.utf8.count { context.rejected.countShortened() }
            return FamilyDefinition.ConstantLabel(name: label.name, value: value)
        }
        guard prefix.isEmpty || MetricName.isValid(prefix, by: validation) else {
            throw RegistrationError(.invalidMetricName, prefix, "cannot begin a metric name: \(Self.nameRule)")
        }
        try Self.checkLabels(
            constantLabels.map(\.name),
            of: "the registry",
            kind: .histogram,
            constant: [],
            by: validation
        )
        if ownMetrics {
            let metrics = try OwnMetrics(in: self)
            own.withLock { $0 = metrics }
        }
    }

    private static let nameRule = "names are [a-zA-Z_:][a-zA-Z0-9_:]*"

    // MARK: Registration

    /// The storage of a family: a new one, or that of the same definition.
    func register(
        _ name: String,
        help: String,
        kind: MetricKind,
        labelNames: [String],
        buckets: Buckets = [],
        maxChildren: Int? = nil,
        idleTimeout: Duration? = nil,
        contended: Bool = false,
        users: UserSettings? = nil,
        states: [String] = [],
        collector: RegisteredCollector? = nil,
        isStandard: Bool = false,
        isMirrored: Bool = false,
        observe: (@Sendable (FamilyStorage) -> Void)? = nil
    ) throws(RegistrationError) -> FamilyStorage {
        do throws(RegistrationError) {
            guard MetricName.isValid(name, by: validation) else {
                let rule = validation == .utf8 ? "names are not empty" : Self.nameRule
                throw RegistrationError(.invalidMetricName, name, "is not a metric name: \(rule)")
            }
            let exposed = isStandard ? MetricName.exposed(name, as: kind) : exposedName(name, as: kind)
            guard exposed.utf8.count <= MetricName.maxBytes else {
                throw RegistrationError(.invalidMetricName, name, "is longer than \(MetricName.maxBytes) bytes")
            }
            guard exposed.utf8.count > MetricName.suffixBytes(of: kind) else {
                throw RegistrationError(.invalidMetricName, name, "is nothing but its suffix")
            }
            let constant = constantLabels.map(\.name)
            try Self.checkLabels(labelNames, of: exposed, kind: kind, constant: constant, by: validation)
            let maxChildren = maxChildren ?? Self.defaultMaxChildren
            guard (1...2_000_000_000).contains(maxChildren) else {
                throw RegistrationError(
                    .invalidLimit,
                    exposed,
                    "has a limit of \(maxChildren) children, which is not in 1...2000000000"
                )
            }
            if let idleTimeout, idleTimeout <= .zero {
                throw RegistrationError(.invalidIdleTimeout, exposed, "has the idle timeout \(idleTimeout)")
            }
            let definition = FamilyDefinition(
                name: exposed,
                help: help,
                kind: kind,
                labelNames: labelNames,
                constantLabels: constantLabels,
                bounds: try buckets.validated(for: exposed),
                maxChildren: maxChildren,
                idleTimeout: idleTimeout,
                isMirrored: isMirrored || collector != nil,
                isStandard: isStandard,
                stripes: contended ? Stripes.count : 1,
                users: users,
                states: states,
                context: context
            )
            // What is replaced is let go after the lock: with a closure goes what it holds, and its `deinit`s may come
            // back.
            let (outcome, replaced) = state.withLock { state in
                let before = (state.families[ByteName(exposed)], state.sorted)
                return (Self.enter(definition, observe, collector, in: &state), before)
            }
            return try withExtendedLifetime(replaced) { () throws(RegistrationError) in try outcome.get() }
        } catch {
            throw error.about(name)
        }
    }

    func exposedName(_ name: String, as kind: MetricKind) -> String {
        MetricName.exposed(prefix + name, as: kind)
    }

    private static func enter(
        _ definition: FamilyDefinition,
        _ observe: (@Sendable (FamilyStorage) -> Void)?,
        _ collector: RegisteredCollector?,
        in state: inout State
    ) -> Result<FamilyStorage, RegistrationError> {
        let name = ByteName(definition.name)
        if let existing = state.families[name] {
            let new = RegisteredFamily(existing.storage, observe, collector)
            let differences = existing.differences(from: new, as: definition)
            guard differences.isEmpty else {
                let error = RegistrationError(
                    .conflictingDefinition,
                    name.text,
                    "is registered already, with \(differences.joined(separator: "; "))"
                )
                return .failure(error)
            }
            if observe != nil || collector != nil {
                state.families[name]?.observe = new.observe
                state.families[name]?.collector = collector
                state.sorted = nil
            }
            return .success(existing.storage)
        }
        let claims = definition.claims
        for claim in claims {
            guard let owner = state.claims[claim] else { continue }
            let error = RegistrationError(
                .collidingSamples,
                name.text,
                "would have samples that are taken for those of \(owner.text.debugDescription), at least when escaped"
            )
            return .failure(error)
        }
        for claim in claims { state.claims[claim] = name }
        for claim in definition.dottedClaims { state.dotted[claim] = name }
        let storage = FamilyStorage(definition: definition)
        state.families[name] = RegisteredFamily(storage, observe, collector)
        state.sorted = nil
        return .success(storage)
    }

    /// Stops exposing an instrument or a family, and frees its name.
    ///
    /// Handles that are still held go on counting, unseen. Returns whether there was one. The registry's own series
    /// about it go, too: their totals begin at zero, as after a restart, if the name is registered again.
    ///
    /// - Parameter name: As exposed: with the prefix, and with `_total` or `_info`.
    @discardableResult
    public func unregister(_ name: String) -> Bool {
        let removed = state.withLock { state -> (RegisteredFamily, [RegisteredFamily]?)? in
            guard let family = state.families.removeValue(forKey: ByteName(name)) else { return nil }
            for claim in family.storage.definition.claims { state.claims[claim] = nil }
            for claim in family.storage.definition.dottedClaims { state.dotted[claim] = nil }
            let sorted = state.sorted
            state.sorted = nil
            return (family, sorted)
        }
        return removed != nil
    }

    // MARK: Reading

    /// The families by name.
    func families() -> [RegisteredFamily] {
        state.withLock { state in
            if let sorted = state.sorted { return sorted }
            // By bytes, in every format and escaping.
            let sorted = state.families.sorted { $0.key < $1.key }.map(\.value)
            state.sorted = sorted
            return sorted
        }
    }

    /// The family that has a sample of this name, or is called so.
    func owner(of sample: String) -> ByteName? {
        state.withLock { $0.claims[ByteName(sample)] ?? $0.dotted[ByteName(sample)] }
    }

    var ownMetrics: OwnMetrics? { own.withLock { $0 } }
}
