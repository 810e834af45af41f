/// A source of samples, which a sampler reads at each tick.
///
/// The built-in sources are `.host()`, `.process()`, `.cgroups()` and, with the trait `Docker`, `.docker()`. You can
/// add your own:
///
/// ```swift
/// let source = SampleSource("pool") { _ in
///     let used = try await pool.cpuSeconds()
///     return SourceReading(samples: [Sample(subject: .container("pool"), values: [.cpuSeconds: used])])
/// }
/// ```
///
/// A source compares each reading with its previous one, so give each sampler sources of its own.
public struct SampleSource: Sendable {
    package let name: String
    package let read: @Sendable (SourceTick) async throws -> SourceReading
    package let shutdown: @Sendable () async -> Void

    /// Creates a source.
    ///
    /// - Parameters:
    ///   - name: The value of the label `source` in the sampler's own metrics. The sources of a sampler have different
    ///     names.
    ///   - shutdown: Releases resources after the sampler has stopped. ``Sampler/stop()`` does not wait for it.
    ///   - read: Called once a tick, unless an earlier call or its targets are still being waited for. Its task is
    ///     cancelled after 30 seconds, and it must not block its thread. If it throws, the error is counted in
    ///     `tally_sampler_errors_total{source,reason}`, and the other sources are unaffected.
    public init(
        _ name: String,
        shutdown: @escaping @Sendable () async -> Void = {},
        read: @escaping @Sendable (SourceTick) async throws -> SourceReading
    ) {
        self.name = name
        self.shutdown = shutdown
        self.read = read
    }
}

/// The tick that a source is read for.
public struct SourceTick: Sendable {
    /// The start of the tick by the sampler's clock, as the time since the sampler was created. Never decreases.
    public let elapsed: Duration
    /// The time between ticks. A previous reading that is more than five intervals old is not used as a baseline.
    package let interval: Duration

    package init(elapsed: Duration, interval: Duration) {
        self.elapsed = elapsed
        self.interval = interval
    }
}

/// A source's answer for one tick.
public struct SourceReading: Sendable {
    package var samples: [Sample]
    package var targets: [SampleTarget]
    package var containersRunning: Int?
    package var errors: [SourceError]

    /// Creates an answer.
    ///
    /// - Parameters:
    ///   - samples: The samples that are ready.
    ///   - targets: Items that need one request each: up to eight in parallel, each limited to 10 seconds.
    ///   - containersRunning: The number of running containers; nil if the source does not know it.
    ///   - errors: Failures of parts, such as one file of several. Counted like a thrown error.
    public init(
        samples: [Sample] = [],
        targets: [SampleTarget] = [],
        containersRunning: Int? = nil,
        errors: [SourceError] = []
    ) {
        self.samples = samples
        self.targets = targets
        self.containersRunning = containersRunning
        self.errors = errors
    }
}

/// An item of a source that needs a request of its own, such as a container.
public struct SampleTarget: Sendable {
    package let id: String
    package let read: @Sendable () async throws -> Sample?

    /// Creates a target.
    ///
    /// - Parameters:
    ///   - id: An id, unique among the source's targets. A second target with the same id is dropped. Ids are compared
    ///     by their bytes.
    ///   - read: Returns the sample, or nil if there is none, for example because the container has stopped meanwhile.
    public init(id: String, read: @escaping @Sendable () async throws -> Sample?) {
        self.id = id
        self.read = read
    }
}
