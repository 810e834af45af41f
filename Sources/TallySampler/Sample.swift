/// What one owner used, at one time.
public struct Sample: Sendable, Equatable {
    /// Whose it is.
    public var owner: SampleOwner
    /// The container it was read from, as its engine names it; an owner may have several, at once or one after another.
    public var containerID: String?
    /// What could be had. A value that could not is absent, never 0.
    public var values: [SampleMetric: Double]

    /// A sample of these parts.
    public init(owner: SampleOwner, containerID: String? = nil, values: [SampleMetric: Double] = [:]) {
        self.owner = owner
        self.containerID = containerID
        self.values = values
    }
}
