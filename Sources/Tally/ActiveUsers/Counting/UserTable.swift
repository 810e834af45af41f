/// The last tick of each user, by the 64-bit keyed hash of the identifier.
///
/// Pure state: no clock, no lock. Open addressing with linear probing, 12 bytes a slot, at most three quarters full.
/// Users who have been away too long are forgotten a few slots at a time, or all at once when the table would grow, so
/// that it follows the number of users in both directions.
///
/// Ticks are kept modulo 2^32. No user stays for a whole turn: `sweep` passes every slot within a fraction of the
/// longest window.
///
/// Invariants (`_checkInvariants()`): the capacity is 0 or a power of two; `count` slots are taken; from the slot a key
/// belongs in to the one it is in, none is free.
struct UserTable {
    /// Three words a slot, so that a look at it is one at memory: the key, its lower half first, and the tick.
    ///
    /// The key is 0 where a slot is free; the key 0 is kept as 1, which at 2^-64 is one collision more among the
    /// others.
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

    /// The slot that a key belongs in: its highest bits, because others choose the table.
    @inline(__always)
    private func home(_ key: UInt64) -> Int {
        Int(truncatingIfNeeded: key &>> UInt64(truncatingIfNeeded: 64 &- capacity.trailingZeroBitCount))
    }

    /// Sees a user. Returns the ticks since the last time, or nil if the table does not have the user.
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

    /// Adds a user whom the table does not have.
    ///
    /// - Returns: How many others were forgotten to make room.
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

    /// Moves to a table of the right size, without those who have been away too long. At most 5/8 of it are taken, so
    /// that there is room before the next time.
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

    /// Forgets who has been away too long, among so many slots, from where the last sweep ended.
    ///
    /// - Returns: How many were forgotten.
    mutating func sweep(_ slots: Int, at now: Int, keeping longest: Int) -> Int {
        guard count > 0 else { return 0 }
        let before = count
        let now32 = UInt32(truncatingIfNeeded: now)
        for _ in 0..<min(slots, capacity) {
            // What moves up to the hand from behind is looked at too.
            while key(hand) != 0, now32 &- tick(hand) >= longest { remove(hand) }
            hand = (hand &+ 1) & (capacity &- 1)
        }
        let forgotten = before - count
        guard capacity > 16, count * 8 < capacity else { return forgotten }
        return forgotten + rebuild(at: now, keeping: longest)
    }

    /// Empties a slot, and moves those behind it up that would no longer be found.
    private mutating func remove(_ slot: Int) {
        let mask = capacity &- 1
        var hole = slot
        var next = (slot &+ 1) & mask
        while key(next) != 0 {
            // How far it is from where it belongs, and from the hole.
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

    /// The users who were seen within so many ticks, with how many ticks ago.
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
