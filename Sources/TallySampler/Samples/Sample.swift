/// The resource use of one subject at one time.
public struct Sample: Sendable, Equatable {
    /// The subject of the sample.
    public var subject: SampleSubject
    /// The engine's id of the container. A subject may have several containers, at once or one after another.
    public var containerID: String?
    /// The values by metric. An unavailable value is absent, never 0.
    public var values: [SampleMetric: Double]
    /// Values that are exposed as metrics, but not stored.
    package var details: [SampleDetail] = []
    /// The labels of a container or control group in metrics; nil for a subject of your own source.
    package var origin: SampleOrigin?

    /// Creates a sample.
    public init(subject: SampleSubject, containerID: String? = nil, values: [SampleMetric: Double] = [:]) {
        self.subject = subject
        self.containerID = containerID
        self.values = values
    }

    /// Compares what is stored.
    public static func == (one: Sample, two: Sample) -> Bool {
        one.subject == two.subject && one.containerID == two.containerID && one.values == two.values
    }
}
