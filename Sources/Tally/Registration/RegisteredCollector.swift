/// A collector with its families in one registry.
final class RegisteredCollector: Sendable {
    enum Work: Sendable {
        case now(@Sendable (inout CollectedSamples) throws -> Void)
        case later(@Sendable (inout CollectedSamples) async throws -> Void)
    }

    enum Source: Sendable {
        case call(HostCall<CollectedAnswer>)
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
            let call = HostCall {
                var samples = definitions.emptySamples()
                return (try? collect(&samples)).map { definitions.finished(samples) }
            }
            source = .call(call)
        case .later(let collect):
            let collection = AsyncCollection(context: context) {
                var samples = definitions.emptySamples()
                return (try? await collect(&samples)).map { definitions.finished(samples) }
            }
            source = .collection(collection)
        }
    }

    func add(_ definition: FamilyDefinition, knownAs name: String) {
        definitions.add(definition, knownAs: name)
    }

    /// The asynchronous collector, or nil if scrapes call this one directly.
    var collection: AsyncCollection? {
        guard case .collection(let collection) = source else { return nil }
        return collection
    }
}
