import Tally

/// The label of a metric in swift-metrics, and the names under which it can be exposed.
struct LabelName {
    private let base: String
    private let suffix: String
    private let hash: String

    init(_ label: String, as role: MetricRole, _ names: SwiftMetricsNames, in registry: MetricRegistry) {
        let name =
            registry.validation == .utf8 ? label : NameEscaping.underscores.mapped(label, asLabel: false)
        suffix =
            switch role {
            case .counter: "_total"
            case .timer where names.addsUnits && !name.utf8.ends(with: ".seconds"): "_seconds"
            case .timer, .gauge, .recorder: ""
            }
        let base = name.utf8.ends(with: suffix) ? String(Substring(name.utf8.dropLast(suffix.utf8.count))) : name
        self.base = base.isEmpty ? "_" : base
        hash = StableHash.digits(of: label)
    }

    /// The name, and the one to use if another label has that name.
    var candidates: [String] { [base + suffix, "\(base)_\(hash)\(suffix)"] }
}

extension String.UTF8View {
    fileprivate func ends(with text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}
