public import Tally

// A wall clock is a parameter of initialisers of its own: as an optional one it would be the first to take a trailing
// closure, which is meant for `onError`.

extension Healthcheck {
    /// A healthcheck whose definition is written in the program; a mistake in it traps and is named.
    ///
    /// - Parameters:
    ///   - service: Who the server is.
    ///   - providers: The document's keys, in order.
    ///   - publicKeys: What ``HealthDetail/public`` documents show beside the status: keys of the providers, and
    ///     `name`, `version`, `now`, `uptimeSeconds`. None unless told so.
    ///   - cacheControl: The value of the header of that name. What is served is cached here already.
    ///   - readinessDeadline: How long ``readiness()`` and ``startup()`` wait at most, more than zero. The kubelet gives
    ///     a probe one second unless told otherwise.
    ///   - registry: Where to register `health_check_up{check}`, `health_check_duration_seconds{check}` and
    ///     `health_check_last_success_timestamp_seconds{check}`, which show the outcomes of the last runs. A check has
    ///     no series before its first outcome.
    ///   - clock: What deadlines, ages and uptime are measured by. One other than `ContinuousClock` must support
    ///     sleeping.
    ///   - onError: Receives each failure with the provider's name: the error it threw, or a ``HealthcheckError`` if it
    ///     missed its deadline or returned other keys than it declares. Nothing else shows an error's text, which may
    ///     hold credentials. Called at most once a run and once at a time, on a thread that no check and no deadline
    ///     needs. A hook that blocks delays later reports; while 256 of them wait, further ones are dropped.
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
                service,
                providers,
                publicKeys: publicKeys,
                cacheControl: cacheControl,
                readinessDeadline: readinessDeadline,
                registry: registry,
                clock: HealthClock(clock),
                wallClock: nil,
                onError: onError
            )
        } catch {
            // The mistake is written in the program, and shows at boot.
            fatalError("TallyHealthcheck: \(error)")
        }
    }

    /// A healthcheck with a time of day of its own, for tests.
    ///
    /// - Parameter wallClock: The time of day in seconds since 1970, which is only shown; the machine's if nil. It must
    ///   not block.
    public convenience init(
        service: ServiceInfo,
        providers: [SnapshotProvider],
        publicKeys: [String] = [],
        cacheControl: String = "no-store",
        readinessDeadline: Duration = .milliseconds(800),
        registry: MetricRegistry? = nil,
        clock: some Clock<Duration> = ContinuousClock(),
        wallClock: (@Sendable () -> Double)?,
        onError: (@Sendable (_ provider: String, _ error: any Error) -> Void)? = nil
    ) {
        do {
            try self.init(
                service,
                providers,
                publicKeys: publicKeys,
                cacheControl: cacheControl,
                readinessDeadline: readinessDeadline,
                registry: registry,
                clock: HealthClock(clock),
                wallClock: wallClock,
                onError: onError
            )
        } catch {
            // The mistake is written in the program, and shows at boot.
            fatalError("TallyHealthcheck: \(error)")
        }
    }

    /// A healthcheck whose definition comes at run time.
    ///
    /// - Throws: A ``HealthcheckError`` that names the mistake. Nothing has been run or registered then, but for the
    ///   metrics' families.
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
            clock: HealthClock(clock),
            wallClock: nil,
            onError: onError
        )
    }

    /// A healthcheck whose definition comes at run time, with a time of day of its own, for tests.
    ///
    /// - Throws: A ``HealthcheckError`` that names the mistake.
    public convenience init(
        service: ServiceInfo,
        validating providers: [SnapshotProvider],
        publicKeys: [String] = [],
        cacheControl: String = "no-store",
        readinessDeadline: Duration = .milliseconds(800),
        registry: MetricRegistry? = nil,
        clock: some Clock<Duration> = ContinuousClock(),
        wallClock: (@Sendable () -> Double)?,
        onError: (@Sendable (_ provider: String, _ error: any Error) -> Void)? = nil
    ) throws(HealthcheckError) {
        try self.init(
            service,
            providers,
            publicKeys: publicKeys,
            cacheControl: cacheControl,
            readinessDeadline: readinessDeadline,
            registry: registry,
            clock: HealthClock(clock),
            wallClock: wallClock,
            onError: onError
        )
    }
}
