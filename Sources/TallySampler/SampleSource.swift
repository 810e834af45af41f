/// Where samples come from: what a sampler asks at each tick.
///
/// The ready-made ones are `.host()`, `.process()`, `.cgroups()` and, with the trait `Docker`, `.docker()`. A host can add
/// its own:
///
/// ```swift
/// let pool = SampleSource("pool") { _ in
///     SourceReading(samples: [Sample(subject: .container("pool"), values: [.cpuSeconds: try await pool.cpuSeconds()])])
/// }
/// ```
///
/// A source keeps what it read last, to tell what was used since: it belongs to one sampler.
public struct SampleSource: Sendable {
    /// The source's name in the sampler's own metrics and reports: `docker`.
    public let name: String
    package let read: @Sendable (SourceTick) async throws -> SourceReading
    package let shutdown: @Sendable () async -> Void

    /// A source of a host's own.
    ///
    /// - Parameters:
    ///   - name: The label's value in the sampler's own metrics.
    ///   - shutdown: Called once the sampler has stopped, to let go of what the source holds open. A sampler's `stop` does
    ///     not wait for it.
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
    /// How far the ticks are apart now. A previous reading that is more than five intervals old is no baseline.
    public let interval: Duration

    /// A tick of these parts, for tests of a source.
    public init(elapsed: Duration, interval: Duration) {
        self.elapsed = elapsed
        self.interval = interval
    }
}

/// What a source answers.
public struct SourceReading: Sendable {
    /// What could be had at once.
    public var samples: [Sample]
    /// What each takes a request of its own, of which a sampler makes eight at a time, for 10 seconds at most.
    public var targets: [SampleTarget]
    /// How many containers run, as the engine says; nil if it says nothing of containers.
    public var containersRunning: Int?
    /// What could not be had though the rest could, such as one file of several. Counted as what a source throws is.
    public var errors: [SourceError]

    /// A reading of these parts.
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

/// Something that has to be asked by itself.
public struct SampleTarget: Sendable {
    /// What tells it from the others of its source, such as a container's id: of two with one id, the second is dropped.
    public let id: String
    /// Asks it. Nil if there is no sample, as of a container that has stopped meanwhile.
    public let read: @Sendable () async throws -> Sample?

    /// A target of these parts.
    public init(id: String, read: @escaping @Sendable () async throws -> Sample?) {
        self.id = id
        self.read = read
    }
}
