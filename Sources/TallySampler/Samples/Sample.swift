/// What one subject used, at one time.
public struct Sample: Sendable, Equatable {
    /// Whose it is.
    public var subject: SampleSubject
    /// The container it was read from, as its engine names it; a subject may have several, at once or one after another.
    public var containerID: String?
    /// What could be had. A value that could not is absent, never 0.
    public var values: [SampleMetric: Double]

    /// A sample of these parts.
    public init(subject: SampleSubject, containerID: String? = nil, values: [SampleMetric: Double] = [:]) {
        self.subject = subject
        self.containerID = containerID
        self.values = values
    }
}
