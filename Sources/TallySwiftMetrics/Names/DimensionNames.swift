import Tally

/// The label names that the dimensions of one metric become. No two dimensions become one label.
struct DimensionNames {
    /// The maximum number of different dimensions of a metric.
    static let maxCount = 256

    private let isLegacy: Bool
    private var names: [ByteName: String] = [:]
    /// The names in use, in the forms that scrapers may read.
    private var taken: Set<ByteName> = []
    /// The forms of the registry's constant labels.
    private let reserved: Set<ByteName>

    init(in registry: MetricRegistry) {
        isLegacy = registry.validation != .utf8
        reserved = Set(registry.constantLabelNames.flatMap(NameEscaping.forms(ofLabel:)))
    }

    /// The label name of a dimension, or nil if there are too many dimensions.
    mutating func name(of dimension: String) -> String? {
        let key = ByteName(dimension)
        if let name = names[key] { return name }
        guard names.count < Self.maxCount else { return nil }
        var name = isLegacy ? NameEscaping.underscores.mapped(dimension, asLabel: true) : dimension
        if name.isEmpty { name = "_" }
        if isReserved(name) { name = "exported_" + name }
        if isTaken(name) { name += "_" + StableHash.digits(of: dimension) }
        // The suffix makes `__` of `_`.
        if isReserved(name) { name = "exported_" + name }
        guard !isTaken(name) else { return nil }
        names[key] = name
        taken.formUnion(NameEscaping.forms(ofLabel: name))
        return name
    }

    private func isTaken(_ name: String) -> Bool { !taken.isDisjoint(with: NameEscaping.forms(ofLabel: name)) }

    /// True if Prometheus or the registry uses the label. Prometheus renames such a label of a target in the same way.
    ///
    /// https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config
    private func isReserved(_ name: String) -> Bool {
        if ["le", "quantile"].contains(name) || name.utf8.starts(with: "__".utf8) { return true }
        let isReservedWhenEscaped = [NameEscaping.underscores, .dots].contains {
            $0.mapped(name, asLabel: true) == "__name__"
        }
        return isReservedWhenEscaped || !reserved.isDisjoint(with: NameEscaping.forms(ofLabel: name))
    }
}
