import Tally

/// The handlers of the exposed series, by their keys. Lookups take one of sixteen locks, and do not allocate.
final class HandlerTable<Child: Instrument, Handler: SeriesHandler<Child>>: Sendable {
    private final class Shard: Sendable {
        let slots = Locked(HandlerSlots<Child, Handler>())
    }

    private let shards = (0..<16).map { _ in Shard() }

    @inline(__always)
    private func shard(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> 60) }

    /// The handler of a series, with one more owner.
    @inline(__always)
    func take(_ key: DimensionReader) -> Handler? {
        shards[shard(of: key.hash)].slots.withLock { slots in
            guard let handler = slots.find(key) else { return nil }
            handler.ownerCount &+= 1
            return handler
        }
    }

    /// Adds a handler, unless there is one with its key. Returns whether it was added.
    func insert(_ handler: Handler) -> Bool {
        shards[shard(of: handler.key.hash)].slots.withLock { $0.insert(handler) }
    }

    /// Removes one owner of a handler, and the handler with its last one. Returns whether it was removed.
    func release(_ handler: Handler) -> Bool {
        shards[shard(of: handler.key.hash)].slots.withLock { slots in
            guard slots.contains(handler) else { return false }
            handler.ownerCount &-= 1
            guard handler.ownerCount <= 0 else { return false }
            slots.remove(handler)
            return true
        }
    }

    /// Removes all handlers, which refer to the table's owner.
    func removeAll() {
        for shard in shards {
            // Released after the lock.
            let removed = shard.slots.withLock { slots in
                let removed = slots
                slots = HandlerSlots()
                return removed
            }
            withExtendedLifetime(removed) {}
        }
    }
}
