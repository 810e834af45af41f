/// A value of a part of a subject, such as a network interface. It is exposed as a metric, but not stored.
package struct SampleDetail: Hashable, Sendable {
    package enum Metric: Hashable, Sendable, CaseIterable {
        /// By interface.
        case networkReceived, networkSent
        /// By block device.
        case blockRead, blockWritten
        case throttlingPeriods, throttledPeriods
        /// By state or health, one at a time.
        case state, health
        case restarts
        /// By CPU and mode.
        case cpuSeconds
        /// By device, type and mount point.
        case fileSystemSize, fileSystemFree, fileSystemAvailable

        var isOfNetworks: Bool { self == .networkReceived || self == .networkSent }
    }

    package let metric: Metric
    /// The part, as the values of the metric's own labels.
    package let part: [String]
    package let value: Double

    package init(_ metric: Metric, _ part: [String], _ value: Double) {
        self.metric = metric
        self.part = part
        self.value = value
    }

    /// Creates the value of a metric without parts.
    package init(_ metric: Metric, _ value: Double) {
        self.init(metric, [], value)
    }
}

/// The labels of a container or control group in metrics, as cAdvisor has them.
package struct SampleOrigin: Hashable, Sendable {
    /// The absolute path of the control group.
    package let id: String
    /// The name of the container; empty for a control group.
    package let name: String
    /// The image of the container; empty for a control group.
    package let image: String

    package init(id: String, name: String = "", image: String = "") {
        self.id = id
        self.name = name
        self.image = image
    }
}
