extension MetricRegistry {
    /// The rules for the label names of a metric, beside the constant ones.
    static func checkLabels(
        _ names: [String],
        of metric: String,
        kind: MetricKind,
        constant: [String],
        by validation: NameValidation
    ) throws(RegistrationError) {
        guard names.count + constant.count <= MetricName.maxLabels else {
            throw RegistrationError(.tooManyLabels, metric, "has more than \(MetricName.maxLabels) labels")
        }
        var seen = Set(constant.flatMap(forms))
        if kind == .activeUsers, !seen.insert(ByteName("window")).inserted {
            throw RegistrationError(
                .duplicateLabelName,
                metric,
                "has the label \"window\", which is a constant one, too"
            )
        }
        // A state set's own label has its name.
        for name in names + (kind == .stateSet ? [metric] : []) {
            guard MetricName.isValidLabel(name, by: validation), name.utf8.count <= MetricName.maxBytes,
                !name.utf8.starts(with: "__".utf8)
            else {
                let rule = validation == .utf8 ? "not empty" : "[a-zA-Z_][a-zA-Z0-9_]*"
                throw RegistrationError(
                    .invalidLabelName,
                    metric,
                    "has the label \(name.debugDescription): labels are \(rule), do not begin with __, and have at most \(MetricName.maxBytes) bytes"
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
            // One that a scheme makes the label of the metric's name, which no parser lets stand there twice.
            let escapings = [NameEscaping.underscores, .dots]
            guard !escapings.contains(where: { $0.mapped(name, asLabel: true) == "__name__" }) else {
                throw RegistrationError(
                    .reservedLabelName,
                    metric,
                    "has the label \(name.debugDescription), which is \"__name__\" when escaped"
                )
            }
            let forms = forms(of: name)
            guard seen.isDisjoint(with: forms) else {
                throw RegistrationError(
                    .duplicateLabelName,
                    metric,
                    "has the label \(name.debugDescription) twice, or another that is the same when escaped"
                )
            }
            seen.formUnion(forms)
        }
        // A state set's label is its name, in every escaping, and a label has no colon.
        guard kind != .stateSet || !metric.utf8.contains(UInt8(ascii: ":")) else {
            throw RegistrationError(.invalidLabelName, metric, "has a colon, which a state set's label cannot have")
        }
    }

    /// What a label is called in the escapings that could make two of them one. See ``MetricName/claimed(by:as:)``.
    private static func forms(of label: String) -> Set<ByteName> {
        Set(
            [NameEscaping.allowUTF8, .underscores, .values].map { ByteName($0.escaped(label, asLabel: true)) }
        )
    }
}
