/// The resource use of one subject at one time.
public struct Sample: Sendable, Equatable {
    /// The subject of the sample.
    public var subject: SampleSubject
    /// The engine's id of the container. A subject may have several containers, at once or one after another.
    public var containerID: String?
    /// The values by metric. An unavailable value is absent, never 0.
    public var values: [SampleMetric: Double]

    /// Creates a sample.
    public init(subject: SampleSubject, containerID: String? = nil, values: [SampleMetric: Double] = [:]) {
        self.subject = subject
        self.containerID = containerID
        self.values = values
    }
}
