import Tally

/// Handlers in a table with open addressing and linear probing.
struct HandlerSlots<Child: Instrument, Handler: SeriesHandler<Child>>: Sendable {
    private struct Slot {
        var hash: UInt64 = 0
        var handler: Handler?
    }

    private var slots: [Slot] = Array(repeating: Slot(), count: 8)
    private(set) var count = 0

    private var mask: Int { slots.count - 1 }

    @inline(__always)
    private func home(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & mask }

    @inline(__always)
    func find(_ key: DimensionReader) -> Handler? {
        var position = home(of: key.hash)
        while let handler = slots[position].handler {
            if slots[position].hash == key.hash, key.matches(handler.key) { return handler }
            position = (position + 1) & mask
        }
        return nil
    }

    private func position(of handler: Handler) -> Int? {
        var position = home(of: handler.key.hash)
        while let other = slots[position].handler {
            if other === handler { return position }
            position = (position + 1) & mask
        }
        return nil
    }

    func contains(_ handler: Handler) -> Bool { position(of: handler) != nil }

    /// Returns false if there is a handler with the same key.
    mutating func insert(_ handler: Handler) -> Bool {
        var position = home(of: handler.key.hash)
        while let other = slots[position].handler {
            if other.key.hash == handler.key.hash, other.key.bytes == handler.key.bytes { return false }
            position = (position + 1) & mask
        }
        slots[position] = Slot(hash: handler.key.hash, handler: handler)
        count += 1
        if count * 4 > slots.count * 3 { grow() }
        return true
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(), count: 2 * old.count)
        for slot in old where slot.handler != nil {
            var position = home(of: slot.hash)
            while slots[position].handler != nil { position = (position + 1) & mask }
            slots[position] = slot
        }
    }

    mutating func remove(_ handler: Handler) {
        guard var hole = position(of: handler) else { return }
        // Moves later entries into the hole, but none before its own home.
        var next = (hole + 1) & mask
        while slots[next].handler != nil {
            if (next - home(of: slots[next].hash)) & mask >= (next - hole) & mask {
                slots[hole] = slots[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        slots[hole] = Slot()
        count -= 1
    }
}
