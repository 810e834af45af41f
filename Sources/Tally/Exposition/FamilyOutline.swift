/// A family as registered, even if none of its children is exposed.
package struct FamilyOutline: Sendable {
    /// The name in Prometheus text 0.0.4.
    package let name: String
    package let help: String
    package let type: String
    /// The names of the constant labels, then of the family's own.
    package let labelNames: [String]

    fileprivate init(_ definition: FamilyDefinition) {
        let definition = definition.escaped(by: .underscores) ?? definition
        name = definition.name
        help = definition.request.help
        type = definition.layout.type.text
        labelNames = definition.constantLabels.map(\.name) + definition.labelNames
    }
}

extension MetricRegistry {
    /// The families of this registry and of included ones, except those with standard names.
    package var outlines: [FamilyOutline] {
        parts().flatMap { $0.families() }.map(\.storage.definition).filter { !$0.request.isStandard }.map(
            FamilyOutline.init
        )
    }
}
