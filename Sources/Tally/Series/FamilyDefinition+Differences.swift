extension FamilyDefinition {
    /// The differences that prevent a registration from sharing this family. Empty if the definitions agree.
    func differences(from other: FamilyDefinition) -> [String] {
        zip(traits(beside: other), other.traits(beside: self)).compactMap { old, new in
            old.identity == new.identity ? nil : Self.difference(old.name, old.text, new.text)
        }
    }

    /// `limit: 1000, now 5`. Long texts are truncated.
    static func difference(_ name: String, _ old: String, _ new: String) -> String {
        "\(name): \(LabelTextWriter.cut(old)), now \(LabelTextWriter.cut(new))"
    }

    /// The parameters that two registrations must agree on. Those of a kind are compared only with the same kind.
    private func traits(beside other: FamilyDefinition) -> [InstrumentLayout.Trait] {
        typealias Trait = InstrumentLayout.Trait
        return [
            Trait("help", request.help.debugDescription, identity: request.help),
            Trait("type", layout.kind),
            Trait("label names", "\(labelNames)"),
        ] + (layout.kind == other.layout.kind ? layout.traits : []) + [
            Trait("limit", "\(request.maxChildren)"),
            Trait(
                "idle timeout",
                idleTimeout.map { "\($0)" } ?? "none",
                identity: idleTimeout.map { "\($0.attoseconds)" } ?? "none"
            ),
        ]
    }
}
