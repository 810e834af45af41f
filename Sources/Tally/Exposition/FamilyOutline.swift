/// A family as it was registered, whether any of it is exposed or not.
package struct FamilyOutline: Sendable {
    /// As Prometheus text 0.0.4 has it.
    package let name: String
    package let help: String
    /// As its TYPE line has it.
    package let type: String
    /// The constant labels first.
    package let labelNames: [String]

    fileprivate init(_ definition: FamilyDefinition) {
        let definition = definition.escaped(by: .underscores) ?? definition
        name = definition.name
        help = definition.request.help
        type = definition.layout.type
        labelNames = definition.constantLabels.map(\.name) + definition.labelNames
    }
}

extension MetricRegistry {
    /// The families of this registry, and of those that are included in it, whose names were chosen by a host.
    package var outlines: [FamilyOutline] {
        parts().flatMap { $0.families() }.map(\.storage.definition).filter { !$0.request.isStandard }.map(
            FamilyOutline.init
        )
    }
}
