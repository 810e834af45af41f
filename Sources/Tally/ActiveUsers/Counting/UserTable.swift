/// The last tick of each user, by the 64-bit keyed hash of the identifier.
///
/// Pure state: no clock, no lock. Open addressing with linear probing, 12 bytes a slot, at most three quarters full.
/// Expired users are removed a few slots at a time, and all at once before the table would grow, so the table grows and
/// shrinks with the number of users.
///
/// Ticks are stored modulo 2^32. `sweep` passes every slot within a fraction of the longest window, long before they
/// wrap around.
///
/// Invariants (`_checkInvariants()`): the capacity is 0 or a power of two; `count` slots are taken; no slot from a
/// key's home to its place is free.
struct UserTable {
    /// Three adjacent words a slot, usually in one cache line: the key, lower half first, and the tick. A free slot has
    /// the key 0. The key 0 is stored as 1, so these two keys collide.
    private var words: ContiguousArray<UInt32> = []
    private(set) var capacity = 0
    private(set) var count = 0
    /// The slot at which the sweep continues.
    private var hand = 0

    @inline(__always)
    private static func stored(_ key: UInt64) -> UInt64 { key == 0 ? 1 : key }

    @inline(__always)
    private func key(_ slot: Int) -> UInt64 { UInt64(words[3 &* slot]) | UInt64(words[3 &* slot &+ 1]) &<< 32 }

    @inline(__always)
    private func tick(_ slot: Int) -> UInt32 { words[3 &* slot &+ 2] }

    @inline(__always)
    private mutating func set(_ slot: Int, _ key: UInt64, _ tick: UInt32) {
        words[3 &* slot] = UInt32(truncatingIfNeeded: key)
        words[3 &* slot &+ 1] = UInt32(truncatingIfNeeded: key &>> 32)
        words[3 &* slot &+ 2] = tick
    }

    /// The first slot to probe for a key: the number in its highest bits.
    @inline(__always)
    private func home(_ key: UInt64) -> Int {
        Int(truncatingIfNeeded: key &>> UInt64(truncatingIfNeeded: 64 &- capacity.trailingZeroBitCount))
    }

    /// Updates a user's last tick. Returns the ticks since the previous one, or nil if the table lacks the user.
    @inline(__always)
    mutating func see(_ key: UInt64, at now: Int) -> Int? {
        guard count > 0 else { return nil }
        let key = Self.stored(key)
        var slot = home(key)
        while true {
            let found = self.key(slot)
            if found == key {
                let now = UInt32(truncatingIfNeeded: now)
                let age = now &- tick(slot)
                if age != 0 { words[3 &* slot &+ 2] = now }
                return Int(age)
            }
            if found == 0 { return nil }
            slot = (slot &+ 1) & (capacity &- 1)
        }
    }

    /// Adds a user who is not in the table. Returns the number of expired users that were removed to make room.
    mutating func add(_ key: UInt64, at now: Int, keeping longest: Int) -> Int {
        var forgotten = 0
        if (count + 1) * 4 > capacity * 3 { forgotten = rebuild(at: now, keeping: longest) }
        place(Self.stored(key), UInt32(truncatingIfNeeded: now))
        count += 1
        return forgotten
    }

    private mutating func place(_ key: UInt64, _ tick: UInt32) {
        var slot = home(key)
        while self.key(slot) != 0 { slot = (slot &+ 1) & (capacity &- 1) }
        set(slot, key, tick)
    }

    /// Rebuilds the table without expired users and at most 5/8 full, which defers the next rebuild.
    private mutating func rebuild(at now: Int, keeping longest: Int) -> Int {
        let now = UInt32(truncatingIfNeeded: now)
        let old = self
        let live = (0..<capacity).count { key($0) != 0 && now &- tick($0) < longest }
        capacity = 16
        while (live + 1) * 8 > capacity * 5 { capacity *= 2 }
        words = ContiguousArray(repeating: 0, count: 3 * capacity)
        hand = 0
        for slot in 0..<old.capacity where old.key(slot) != 0 && now &- old.tick(slot) < longest {
            place(old.key(slot), old.tick(slot))
        }
        count = live
        return old.count - live
    }

    /// Removes expired users from the next `slots` slots after the last sweep. Returns the number of users removed.
    mutating func sweep(_ slots: Int, at now: Int, keeping longest: Int) -> Int {
        guard count > 0 else { return 0 }
        let before = count
        let now32 = UInt32(truncatingIfNeeded: now)
        for _ in 0..<min(slots, capacity) {
            // A removal may move another user into this slot, so the loop examines it again.
            while key(hand) != 0, now32 &- tick(hand) >= longest { remove(hand) }
            hand = (hand &+ 1) & (capacity &- 1)
        }
        let forgotten = before - count
        guard capacity > 16, count * 8 < capacity else { return forgotten }
        return forgotten + rebuild(at: now, keeping: longest)
    }

    /// Empties a slot, and moves up later users that a lookup would no longer find.
    private mutating func remove(_ slot: Int) {
        let mask = capacity &- 1
        var hole = slot
        var next = (slot &+ 1) & mask
        while key(next) != 0 {
            // True if the hole lies between the user's home and slot.
            if (next &- home(key(next))) & mask >= (next &- hole) & mask {
                set(hole, key(next), tick(next))
                hole = next
            }
            next = (next &+ 1) & mask
        }
        set(hole, 0, 0)
        count -= 1
    }

    mutating func removeAll() { self = UserTable() }

    /// Calls `body` for each user seen less than `ticks` ticks ago, with the age in ticks.
    @inline(__always)
    func forEach(at now: Int, within ticks: Int, _ body: (_ key: UInt64, _ age: Int) -> Void) {
        let now = UInt32(truncatingIfNeeded: now)
        for slot in 0..<capacity where key(slot) != 0 {
            let age = Int(now &- tick(slot))
            if age < ticks { body(key(slot), age) }
        }
    }

    func _checkInvariants() {
        #if DEBUG
        assert(words.count == 3 * capacity && (capacity == 0 || capacity.nonzeroBitCount == 1))
        assert((0..<capacity).count { key($0) != 0 } == count && count * 4 <= capacity * 3)
        for slot in 0..<capacity where key(slot) != 0 {
            var place = home(key(slot))
            while place != slot {
                assert(key(place) != 0)
                place = (place + 1) & (capacity - 1)
            }
        }
        #endif
    }
}
