extension MetricRegistry {
    /// Creates a registry with a literal prefix and literal names of constant labels. Traps if one of them is invalid.
    ///
    /// - Parameters:
    ///   - clock: The clock for timers, deadlines and expiry.
    ///   - prefix: The text before the name of every instrument, including any separator: `chat_`.
    ///   - constantLabels: Labels that every series has, before its own. The registry's own metrics reserve `family`,
    ///     `metric` and `reason`.
    ///   - nameValidation: The rule for the names of metrics and labels.
    ///   - exposesCreated: True to expose the creation times of counters and histograms in OpenMetrics (`_created`),
    ///     except for totals from another source, such as a collector. They nearly double the number of counter
    ///     samples, and few scrapers use them.
    ///   - ownMetrics: True to expose metrics about the registry itself, such as `tally_scrape_errors_total{family}`;
    ///     see <doc:WhenItFails>. They have the constant labels, but not the prefix.
    ///   - exemplars: A closure that returns an exemplar from the context of an update, such as the trace ID of the
    ///     current span, or nil. Updates of counters and histograms call it, on their thread and under no lock, about
    ///     once a second for each counter and each bucket, and until it returns an exemplar. It must not block. An
    ///     exemplar that breaks a rule is dropped and counted; see ``Exemplar``.
    public convenience init(
        clock: some Clock<Duration> = ContinuousClock(),
        prefix: StaticString = "",
        constantLabels: KeyValuePairs<StaticString, String> = [:],
        nameValidation: NameValidation = .legacy,
        exposesCreated: Bool = false,
        ownMetrics: Bool = true,
        exemplars: (@Sendable () -> Exemplar?)? = nil
    ) {
        let labels = constantLabels.map { (name: "\($0.key)", value: $0.value) }
        do {
            try self.init(
                clock: clock,
                validatingPrefix: "\(prefix)",
                constantLabels: labels,
                nameValidation: nameValidation,
                exposesCreated: exposesCreated,
                ownMetrics: ownMetrics,
                exemplars: exemplars
            )
        } catch {
            // Not `RegistrationError.trapping`, because an initialiser cannot delegate from within a closure.
            fatalError("Tally: \(error)")
        }
    }

    /// Creates a registry whose prefix and constant labels are known only at run time. Throws instead of trapping.
    public convenience init(
        clock: some Clock<Duration> = ContinuousClock(),
        validatingPrefix prefix: String,
        constantLabels: [(name: String, value: String)] = [],
        nameValidation: NameValidation = .legacy,
        exposesCreated: Bool = false,
        ownMetrics: Bool = true,
        exemplars: (@Sendable () -> Exemplar?)? = nil
    ) throws(RegistrationError) {
        try self.init(
            clock: clock,
            wallSeconds: WallClock.secondsSinceEpoch,
            validatingPrefix: prefix,
            constantLabels: constantLabels,
            nameValidation: nameValidation,
            exposesCreated: exposesCreated,
            ownMetrics: ownMetrics,
            exemplars: exemplars
        )
    }

    /// - Parameter wallSeconds: The time of day, in seconds since the Unix epoch.
    package convenience init(
        clock: some Clock<Duration>,
        wallSeconds: @escaping @Sendable () -> Double,
        validatingPrefix prefix: String = "",
        constantLabels: [(name: String, value: String)] = [],
        nameValidation: NameValidation = .legacy,
        exposesCreated: Bool = false,
        ownMetrics: Bool = false,
        exemplars: (@Sendable () -> Exemplar?)? = nil
    ) throws(RegistrationError) {
        let context = RegistryContext(
            clock: ElapsedClock(clock),
            wallSeconds: wallSeconds,
            exposesCreated: exposesCreated,
            exemplars: exemplars
        )
        try self.init(context, prefix: prefix, constantLabels: constantLabels, nameValidation: nameValidation)
        if ownMetrics { self.ownMetrics = try OwnMetrics(in: self) }
    }
}
