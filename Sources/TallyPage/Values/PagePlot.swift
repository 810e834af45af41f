/// A plot of values from another store, such as the sampler's history of a container.
public struct PagePlot: Sendable {
    /// The unit of a plot's values.
    public enum Unit: String, Sendable, CaseIterable {
        /// Plain numbers.
        case number
        /// Percent; 100 is one processor.
        case percent
        /// Bytes.
        case bytes
        /// Bytes per second.
        case bytesPerSecond
    }

    /// The heading: `web: CPU`.
    public var title: String
    /// The unit of the values.
    public var unit: Unit
    /// The values, oldest first, with times in seconds since 1970. Missing times are gaps in the plot.
    public var points: [(time: Int64, value: Double)]

    /// Creates a plot from its parts.
    public init(_ title: String, unit: Unit = .number, points: [(time: Int64, value: Double)]) {
        self.title = title
        self.unit = unit
        self.points = points
    }
}
