/// Something that a library asked of swift-metrics and that the registry does not expose.
public struct SwiftMetricsRejection: Sendable, Hashable, CustomStringConvertible {
    /// The reason for a rejection; more may be added.
    public struct Reason: Sendable, Hashable, CustomStringConvertible {
        /// The value of the label `reason` in `tally_swift_metrics_rejected_total`.
        public let description: String
        /// The problem and its consequence or remedy.
        let problem: String

        private init(_ description: String, _ problem: String) {
            self.description = description
            self.problem = problem
        }

        /// The name belongs to a metric of another kind, or to one that the host registered.
        public static let kind = Reason(
            "kind",
            "another metric has the name, so this one is not exposed; map the label to another name"
        )

        /// Two labels become one name. The second one is exposed, with a suffix.
        public static let nameCollision = Reason(
            "name_collision",
            "another label becomes the same name, so this one has a suffix; map one of them to another name"
        )

        /// The label cannot become a name, because it is too long.
        public static let name = Reason(
            "name",
            "the label is too long for a name, so the metric is not exposed; map it to a shorter one"
        )

        /// The dimensions cannot become labels: there are too many, one has too long a name, or the metric has too many
        /// different lists of them.
        public static let dimensions = Reason(
            "dimensions",
            "the dimensions are too many or too long, so this series is not exposed; map them to fewer"
        )

        /// There are too many different labels.
        public static let labels = Reason(
            "labels",
            "there are too many labels, so this metric is not exposed; look for values that belong into dimensions"
        )

        /// The buckets for the label are invalid. It has the default ones.
        public static let buckets = Reason(
            "buckets",
            "its buckets are not finite and ascending, so it has the default ones; correct them"
        )

        /// A negative amount or duration. The update is dropped.
        public static let negative = Reason(
            "negative",
            "a negative amount was dropped; correct the library that records it"
        )

        /// NaN or an infinity where only a finite number is valid. The update is dropped.
        public static let notFinite = Reason(
            "not_finite",
            "NaN or an infinity was dropped; correct the library that records it"
        )

        static let all = [kind, nameCollision, name, dimensions, labels, buckets, negative, notFinite]
    }

    /// The reason.
    public let reason: Reason
    /// The label of the metric, truncated to 1,024 bytes.
    public let label: String
    /// The number of metrics or updates that were rejected.
    public let count: Int

    /// One line for a log.
    public var description: String {
        "\(reason): \(label.debugDescription)\(count > 1 ? " (\(count) times)" : ""): \(reason.problem)"
    }
}
