extension SampleMetric {
    /// True for a total, which increases from the subject's start, so that only its growth is worth a chart.
    package var isTotal: Bool {
        if self == .startTimeSeconds { return false }
        return ["network_", "block_"].contains { description.hasPrefix($0) } || description.hasSuffix("_seconds")
    }
}
