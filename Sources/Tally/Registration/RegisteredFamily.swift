enum FamilySource: Sendable {
    /// Instruments, through their handles.
    case handles
    case closure(ObservedValue)
    /// A collector that fills a storage of its own.
    case collector(RegisteredCollector)

    /// True if a later registration may replace this source.
    var isReplaceable: Bool { name != FamilySource.handles.name }

    var name: String {
        switch self {
        case .handles: "handles"
        case .closure: "a closure"
        case .collector: "a collector"
        }
    }
}

/// A family and the source of its values.
struct RegisteredFamily: Sendable {
    let storage: FamilyStorage
    private let source: FamilySource
    let observation: Observation?

    init(_ storage: FamilyStorage, from source: FamilySource) {
        self.storage = storage
        self.source = source
        if case .closure(let value) = source {
            observation = Observation(of: value, in: storage)
        } else {
            observation = nil
        }
    }

    /// The group that shares the family's name, if its series may have different label names.
    var group: ShapeGroup? { storage.definition.request.group }

    var collector: RegisteredCollector? {
        guard case .collector(let collector) = source else { return nil }
        return collector
    }

    /// The family's series; nil if its collector did not provide them.
    func storage(in answers: [ObjectIdentifier: CollectedAnswer]) -> FamilyStorage? {
        guard let collector else { return storage }
        return answers[ObjectIdentifier(collector)]?[ByteName(storage.definition.name)]
    }

    func differences(from definition: FamilyDefinition, _ source: FamilySource) -> [String] {
        var differences = storage.definition.differences(from: definition)
        if group !== definition.request.group {
            // Two groups differ even if they agree on everything else.
            let other = definition.request.group == nil ? "fixed" : "varying, of another source"
            differences.append(FamilyDefinition.difference("label names", group == nil ? "fixed" : "varying", other))
        }
        guard source.name != self.source.name else { return differences }
        return differences + [FamilyDefinition.difference("source of values", self.source.name, source.name)]
    }
}
