extension MetricRegistry {
    /// The rules for the label names of a metric, beside the constant ones.
    static func checkLabels(
        _ names: [String],
        of metric: String,
        kind: MetricKind,
        constant: [String]
    ) throws(RegistrationError) {
        guard names.count + constant.count <= MetricName.maxLabels else {
            throw RegistrationError(.tooManyLabels, metric, "has more than \(MetricName.maxLabels) labels")
        }
        var seen = Set(constant)
        if kind == .activeUsers, !seen.insert("window").inserted {
            throw RegistrationError(
                .duplicateLabelName,
                metric,
                "has the label \"window\", which is a constant one, too"
            )
        }
        // A state set's own label has its name.
        for name in names + (kind == .stateSet ? [metric] : []) {
            guard MetricName.isValidLabel(name), !name.utf8.starts(with: "__".utf8),
                name.utf8.count <= MetricName.maxBytes
            else {
                throw RegistrationError(
                    .invalidLabelName,
                    metric,
                    "has the label \(name.debugDescription): labels are [a-zA-Z_][a-zA-Z0-9_]*, do not begin with __, and have at most \(MetricName.maxBytes) bytes"
                )
            }
            guard kind != .histogram || name != "le" else {
                throw RegistrationError(.reservedLabelName, metric, "has the label \"le\", which is a histogram's own")
            }
            guard kind != .activeUsers || name != "window" else {
                throw RegistrationError(
                    .reservedLabelName,
                    metric,
                    "has the label \"window\", which is that of active users"
                )
            }
            guard seen.insert(name).inserted else {
                throw RegistrationError(.duplicateLabelName, metric, "has the label \(name.debugDescription) twice")
            }
        }
    }
}
