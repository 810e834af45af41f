internal import Synchronization

extension MetricRegistry.RegisteredFamily {
    /// The family's series; nil if its collector did not provide them.
    func storage(in answers: [ObjectIdentifier: RegisteredCollector.Answer]) -> FamilyStorage? {
        guard let collector else { return storage }
        return answers[ObjectIdentifier(collector)]?[ByteName(storage.definition.name)]
    }
}

/// A collector with its families in one registry.
final class RegisteredCollector: Sendable {
    enum Work: Sendable {
        case now(@Sendable (inout CollectedSamples) throws -> Void)
        case later(@Sendable (inout CollectedSamples) async throws -> Void)
    }

    /// The storages of a collector's families after one run.
    typealias Answer = [ByteName: FamilyStorage]

    enum Source: Sendable {
        /// A collector that each scrape calls.
        case call(HostCall<Answer>)
        /// A collector that ``MetricRegistry/collect(for:)`` calls.
        case collection(AsyncCollection)
    }

    let source: Source
    private let definitions: CollectedDefinitions

    init(_ work: Work, context: RegistryContext) {
        let definitions = CollectedDefinitions(context: context)
        self.definitions = definitions
        switch work {
        case .now(let collect):
            source = .call(
                HostCall {
                    var samples = definitions.emptySamples()
                    do {
                        try collect(&samples)
                    } catch {
                        return nil
                    }
                    return definitions.finished(samples)
                }
            )
        case .later(let collect):
            source = .collection(
                AsyncCollection(context: context) {
                    var samples = definitions.emptySamples()
                    do {
                        try await collect(&samples)
                    } catch {
                        return nil
                    }
                    return definitions.finished(samples)
                }
            )
        }
    }

    func add(_ definition: FamilyDefinition, knownAs name: String) {
        definitions.add(definition, knownAs: name)
    }

    /// The asynchronous collector, or nil for one that scrapes call directly.
    var collection: AsyncCollection? {
        guard case .collection(let collection) = source else { return nil }
        return collection
    }
}

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
        var storages: RegisteredCollector.Answer = [:]
        for definition in definitions.values where storages[ByteName(definition.name)] == nil {
            storages[ByteName(definition.name)] = FamilyStorage(definition: definition)
        }
        return CollectedSamples(definitions.compactMapValues { storages[ByteName($0.name)] }, context: context)
    }

    func finished(_ samples: CollectedSamples) -> RegisteredCollector.Answer {
        var answer: RegisteredCollector.Answer = [:]
        for storage in samples.storages.values {
            let other = answer.updateValue(storage, forKey: ByteName(storage.definition.name))
            guard other == nil else { continue }
            // The storage is discarded, but the overflow total must not decrease.
            storage.definition.pastOverflow.wrappingAdd(storage.overflowTotal, ordering: .relaxed)
        }
        return answer
    }
}
