struct LabelRules {
    private let validation: NameValidation

    init(_ validation: NameValidation) {
        self.validation = validation
    }

    /// The label of a histogram's buckets, which any family of a registry may be.
    private static let bucketLabel = "le"

    func check(constant names: [String]) throws(RegistrationError) {
        try checkCount(names.count, of: "the registry")
        var seen: Set<ByteName> = []
        for name in names { try check(name, of: "the registry", reserved: Self.bucketLabel, &seen) }
    }

    /// Checks the labels of a family beside the constant labels.
    ///
    /// - Parameter metric: The exposed name.
    func check(_ request: FamilyRequest, named metric: String, constant: [String]) throws(RegistrationError) {
        try checkCount(request.labelNames.count + constant.count, of: metric)
        var seen = Set(constant.flatMap(forms))
        switch request.layout.ownLabel {
        case .reserved(let label):
            guard seen.insert(ByteName(label)).inserted else {
                let problem = "has the label \(label.debugDescription), which is a constant one, too"
                throw RegistrationError(.duplicateLabelName, metric, problem)
            }
            for name in request.labelNames { try check(name, of: metric, reserved: label, &seen) }
        case .metricName:
            for name in request.labelNames + [metric] { try check(name, of: metric, &seen) }
            // The metric's name is a label in every escaping.
            guard !metric.utf8.contains(UInt8(ascii: ":")) else {
                let problem = "has a colon, which the label of a \(request.layout.kind) cannot have"
                throw RegistrationError(.invalidLabelName, metric, problem)
            }
        case nil:
            for name in request.labelNames { try check(name, of: metric, &seen) }
        }
    }

    private func checkCount(_ count: Int, of metric: String) throws(RegistrationError) {
        guard count <= MetricName.maxLabels else {
            throw RegistrationError(.tooManyLabels, metric, "has more than \(MetricName.maxLabels) labels")
        }
    }

    private func check(
        _ name: String,
        of metric: String,
        reserved: String? = nil,
        _ seen: inout Set<ByteName>
    ) throws(RegistrationError) {
        let label = "has the label \(name.debugDescription)"
        guard MetricName.isValidLabel(name, by: validation), name.utf8.count <= MetricName.maxBytes,
            !name.utf8.starts(with: "__".utf8)
        else {
            let rule = validation == .utf8 ? "not empty" : "[a-zA-Z_][a-zA-Z0-9_]*"
            let rules = "labels are \(rule), do not begin with __, and have at most \(MetricName.maxBytes) bytes"
            throw RegistrationError(.invalidLabelName, metric, "\(label): \(rules)")
        }
        guard name != reserved else {
            throw RegistrationError(.reservedLabelName, metric, "\(label), which its samples have already")
        }
        // A scheme may make it the label of the metric's name, which no parser accepts twice.
        guard ![NameEscaping.underscores, .dots].contains(where: { $0.mapped(name, asLabel: true) == "__name__" })
        else {
            throw RegistrationError(.reservedLabelName, metric, "\(label), which is \"__name__\" when escaped")
        }
        let forms = forms(of: name)
        guard seen.isDisjoint(with: forms) else {
            let problem = "\(label) twice, or another that is the same when escaped"
            throw RegistrationError(.duplicateLabelName, metric, problem)
        }
        seen.formUnion(forms)
    }

    /// The label's name in the escapings that may make one name of two. See ``InstrumentLayout/claims(of:in:)``.
    private func forms(of label: String) -> Set<ByteName> {
        Set([NameEscaping.allowUTF8, .underscores, .values].map { ByteName($0.escaped(label, asLabel: true)) })
    }
}
