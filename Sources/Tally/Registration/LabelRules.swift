struct LabelRules {
    private let validation: NameValidation

    init(_ validation: NameValidation) {
        self.validation = validation
    }

    /// The label of histogram buckets. Constant labels must not use it, because any family may be a histogram.
    private static let bucketLabel = "le"

    func check(constant names: [String]) throws(RegistrationError) {
        try checkCount(names.count, of: nil)
        var seen: Set<ByteName> = []
        for name in names { try check(name, of: nil, reserved: Self.bucketLabel, &seen) }
    }

    /// Checks the labels of a family together with the constant labels.
    ///
    /// - Parameter metric: The exposed name.
    func check(_ request: FamilyRequest, named metric: String, constant: [String]) throws(RegistrationError) {
        try checkCount(request.labelNames.count + constant.count, of: metric)
        var seen = Set(constant.flatMap(NameEscaping.forms(ofLabel:)))
        switch request.layout.ownLabel {
        case .reserved(let label):
            guard seen.insert(ByteName(label)).inserted else {
                let problem = "has the label \(label.debugDescription), which is also a constant label: rename that one"
                throw RegistrationError(.duplicateLabelName, metric, problem)
            }
            for name in request.labelNames { try check(name, of: metric, reserved: label, &seen) }
        case .metricName:
            // The metric's name is also a label name, which cannot contain a colon in any escaping.
            guard !metric.utf8.contains(UInt8(ascii: ":")) else {
                let problem = "has a colon, but a \(request.layout.kind) has a label of its own name: rename it"
                throw RegistrationError(.invalidLabelName, metric, problem)
            }
            for name in request.labelNames + [metric] { try check(name, of: metric, &seen) }
        case nil:
            for name in request.labelNames { try check(name, of: metric, &seen) }
        }
    }

    private func checkCount(_ count: Int, of metric: String?) throws(RegistrationError) {
        guard count <= MetricName.maxLabels else {
            let problem = "has \(count) labels, constant ones included: at most \(MetricName.maxLabels) are allowed"
            throw RegistrationError(.tooManyLabels, metric, problem)
        }
    }

    private func check(
        _ name: String,
        of metric: String?,
        reserved: String? = nil,
        _ seen: inout Set<ByteName>
    ) throws(RegistrationError) {
        let label = "has the label \(name.debugDescription)"
        guard MetricName.isValidLabel(name, by: validation), name.utf8.count <= MetricName.maxBytes,
            !name.utf8.starts(with: "__".utf8)
        else {
            let rule = validation == .utf8 ? "be non-empty" : "match [a-zA-Z_][a-zA-Z0-9_]*"
            let rules = "label names must \(rule), not begin with __, and have at most \(MetricName.maxBytes) bytes"
            throw RegistrationError(.invalidLabelName, metric, "\(label): \(rules)")
        }
        guard name != reserved else {
            throw RegistrationError(.reservedLabelName, metric, "\(label), which is reserved: rename it")
        }
        // Escaping may turn the name into `__name__`, the label of the metric's name, which no parser accepts twice.
        guard ![NameEscaping.underscores, .dots].contains(where: { $0.mapped(name, asLabel: true) == "__name__" })
        else {
            throw RegistrationError(.reservedLabelName, metric, "\(label), \"__name__\" when escaped: rename it")
        }
        let forms = NameEscaping.forms(ofLabel: name)
        guard seen.isDisjoint(with: forms) else {
            let problem = "\(label) and another that is equal, at least when escaped: rename one of them"
            throw RegistrationError(.duplicateLabelName, metric, problem)
        }
        seen.formUnion(forms)
    }
}
