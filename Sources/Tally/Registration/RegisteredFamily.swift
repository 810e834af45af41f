/// The source of a family's values.
enum FamilySource: Sendable {
    /// Instruments, through their handles.
    case handles
    /// A closure that sets the value of an observed instrument, once for each scrape.
    case closure(@Sendable (FamilyStorage) -> Void)
    /// A collector that fills a storage of its own.
    case collector(RegisteredCollector)

    /// True if another registration takes this one's place.
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
    /// The call of an observed instrument's closure.
    let observation: HostCall<Void>?

    init(_ storage: FamilyStorage, from source: FamilySource) {
        self.storage = storage
        self.source = source
        if case .closure(let observe) = source {
            observation = HostCall { observe(storage) }
        } else {
            observation = nil
        }
    }

    var collector: RegisteredCollector? {
        guard case .collector(let collector) = source else { return nil }
        return collector
    }

    /// The family's series; nil if its collector did not provide them.
    func storage(in answers: [ObjectIdentifier: CollectedAnswer]) -> FamilyStorage? {
        guard let collector else { return storage }
        return answers[ObjectIdentifier(collector)]?[ByteName(storage.definition.name)]
    }

    /// The differences that keep a registration with this definition and source from sharing the family.
    func differences(from definition: FamilyDefinition, _ source: FamilySource) -> [String] {
        let differences = storage.definition.differences(from: definition)
        guard source.name != self.source.name else { return differences }
        return differences + [FamilyDefinition.difference("source of values", self.source.name, source.name)]
    }
}
