/// The collectors whose older answers a scrape must not expose, because it did not get their answers in time.
final class LateCollections: Sendable {
    private let collections = Locked<Set<ObjectIdentifier>>([])

    func insert(_ collection: AsyncCollection) {
        _ = collections.withLock { $0.insert(ObjectIdentifier(collection)) }
    }

    func removeAll() { collections.withLock { $0 = [] } }

    func contains(_ collection: AsyncCollection) -> Bool {
        collections.withLock { $0.contains(ObjectIdentifier(collection)) }
    }
}
