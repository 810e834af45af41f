/// A source of samples, which a sampler reads at each tick.
///
/// The ready-made ones are `.host()`, `.process()`, `.cgroups()` and, with the trait `Docker`, `.docker()`. A host can
/// add its own:
///
/// ```swift
/// let pool = SampleSource("pool") { _ in
///     SourceReading(samples: [Sample(subject: .container("pool"), values: [.cpuSeconds: try await pool.cpuSeconds()])])
/// }
/// ```
///
/// A source keeps what it read last, to tell what was used since: it belongs to one sampler.
public struct SampleSource: Sendable {
    package let name: String
    package let read: @Sendable (SourceTick) async throws -> SourceReading
    package let shutdown: @Sendable () async -> Void

    /// A source of a host's own.
    ///
    /// - Parameters:
    ///   - name: The label's value in the sampler's own metrics.
    ///   - shutdown: Called once the sampler has stopped, to let go of what the source holds open. A sampler's `stop`
    ///     does not wait for it.
    ///   - read: Asked once a tick, never twice at a time. It may take the tick's 30 seconds at most, is cancelled past
    ///     them, and must not block its thread. If it throws, that is counted in
    ///     `tally_sampler_errors_total{source,reason}`, and the other sources are not touched.
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

/// The tick that a source is asked for.
public struct SourceTick: Sendable {
    /// By the sampler's clock, since the sampler was made. Never goes back.
    public let elapsed: Duration
    /// The time between ticks. A previous reading that is more than five intervals old is no baseline.
    package let interval: Duration

    package init(elapsed: Duration, interval: Duration) {
        self.elapsed = elapsed
        self.interval = interval
    }
}

/// The answer of a source.
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
    ///   - errors: Parts that failed although the rest answered, such as one file of several. Counted like a thrown
    ///     error.
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
    ///   - id: Unique among the source's targets, such as a container's id. Of two with one id, the second is dropped.
    ///   - read: Returns the sample, or nil if there is none, as of a container that has stopped since it was listed.
    public init(id: String, read: @escaping @Sendable () async throws -> Sample?) {
        self.id = id
        self.read = read
    }
}
