/// The resource use of one subject at one time.
public struct Sample: Sendable, Equatable {
    /// The subject of the sample.
    public var subject: SampleSubject
    /// The container it was read from, as its engine names it; a subject may have several, at once or one after
    /// another.
    public var containerID: String?
    /// The values by metric. An unavailable value is absent, never 0.
    public var values: [SampleMetric: Double]

    /// A sample of these parts.
    public init(subject: SampleSubject, containerID: String? = nil, values: [SampleMetric: Double] = [:]) {
        self.subject = subject
        self.containerID = containerID
        self.values = values
    }
}
