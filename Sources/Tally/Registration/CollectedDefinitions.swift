internal import Synchronization

/// The storages of a collector's families after one run.
typealias CollectedAnswer = [ByteName: FamilyStorage]

/// The families that a collector fills. Converts the samples of a run into an answer.
final class CollectedDefinitions: Sendable {
    private let context: RegistryContext
    /// The families by the names that the collector uses.
    private let definitions = Locked<[ByteName: FamilyDefinition]>([:])

    init(context: RegistryContext) {
        self.context = context
    }

    func add(_ definition: FamilyDefinition, knownAs name: String) {
        definitions.withLock { $0[ByteName(name)] = definition }
    }

    func emptySamples() -> CollectedSamples {
        let definitions = definitions.withLock { $0 }
        // Two names may denote one family, such as `jobs` and `jobs_total`.
        var storages: CollectedAnswer = [:]
        for definition in definitions.values where storages[ByteName(definition.name)] == nil {
            storages[ByteName(definition.name)] = FamilyStorage(definition: definition)
        }
        return CollectedSamples(definitions.compactMapValues { storages[ByteName($0.name)] }, context: context)
    }

    func finished(_ samples: CollectedSamples) -> CollectedAnswer {
        var answer: CollectedAnswer = [:]
        for storage in samples.storages.values {
            let other = answer.updateValue(storage, forKey: ByteName(storage.definition.name))
            guard other == nil else { continue }
            // The storage is discarded, but the overflow total must not decrease.
            storage.definition.pastOverflow.wrappingAdd(storage.overflowTotal, ordering: .relaxed)
        }
        return answer
    }
}
