public import Tally

extension Healthcheck {
    /// Creates a healthcheck from a literal definition. A mistake in the definition traps with a message that names it.
    ///
    /// - Parameters:
    ///   - service: The name and version of the server.
    ///   - providers: The providers of the document's keys, in order.
    ///   - publicKeys: The keys that ``HealthDetail/public`` documents show besides the status: keys of the providers,
    ///     and `name`, `version`, `now`, `uptimeSeconds`. Empty by default.
    ///   - cacheControl: The value of the Cache-Control header. The healthcheck caches answers in any case.
    ///   - readinessDeadline: The longest that ``readiness()`` and ``startup()`` wait; more than zero. The kubelet's
    ///     default timeout for a probe is one second.
    ///   - registry: The registry for `health_check_up{check}`, `health_check_duration_seconds{check}` and
    ///     `health_check_last_success_timestamp_seconds{check}`, which show the outcomes of the last runs. A check has
    ///     no series before its first outcome.
    ///   - clock: The clock for deadlines, ages and uptime. A clock other than `ContinuousClock` must support sleeping.
    ///   - onError: Receives each failure with the provider's name: the error it threw, or a ``HealthcheckError`` if it
    ///     missed its deadline or returned other keys than it declares. Nothing else shows an error's text, which may
    ///     contain credentials. Called at most once per run and never concurrently, on a thread that no check and no
    ///     deadline needs. If it blocks, later reports wait; beyond 256 of them, further ones are dropped.
    public convenience init(
        service: ServiceInfo,
        providers: [SnapshotProvider],
        publicKeys: [String] = [],
        cacheControl: String = "no-store",
        readinessDeadline: Duration = .milliseconds(800),
        registry: MetricRegistry? = nil,
        clock: some Clock<Duration> = ContinuousClock(),
        onError: (@Sendable (_ provider: String, _ error: any Error) -> Void)? = nil
    ) {
        do {
            try self.init(
                service: service,
                validating: providers,
                publicKeys: publicKeys,
                cacheControl: cacheControl,
                readinessDeadline: readinessDeadline,
                registry: registry,
                clock: clock,
                onError: onError
            )
        } catch {
            fatalError("TallyHealthcheck: \(error)")
        }
    }

    /// Creates a healthcheck from a definition that is known only at run time.
    ///
    /// - Throws: A ``HealthcheckError`` that names the mistake. No closure has then run, but the families of the
    ///   metrics may be registered already.
    public convenience init(
        service: ServiceInfo,
        validating providers: [SnapshotProvider],
        publicKeys: [String] = [],
        cacheControl: String = "no-store",
        readinessDeadline: Duration = .milliseconds(800),
        registry: MetricRegistry? = nil,
        clock: some Clock<Duration> = ContinuousClock(),
        onError: (@Sendable (_ provider: String, _ error: any Error) -> Void)? = nil
    ) throws(HealthcheckError) {
        try self.init(
            service,
            providers,
            publicKeys: publicKeys,
            cacheControl: cacheControl,
            readinessDeadline: readinessDeadline,
            registry: registry,
            clock: clock,
            onError: onError
        )
    }
}
