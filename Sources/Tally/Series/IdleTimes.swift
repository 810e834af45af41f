/// The last use of each slot of a page, for families whose idle children expire. Used under the family's lock.
final class IdleTimes {
    var slots: [Slot] = []

    struct Slot {
        /// The checksum of the words when they were last examined.
        var sum: UInt64 = 0
        /// The time of the last lookup, or when the words were last found to have changed.
        var lastUse = Duration.zero
        /// True if the slot is hidden because it was idle, not because it was removed.
        var hasExpired = false
    }

    func lookedUp(_ slot: Int, at now: Duration) {
        slots[slot].lastUse = now
        slots[slot].hasExpired = false
    }

    /// Records any use since the last call. Returns the time since the last use.
    func idleTime(of slot: Int, sum: UInt64, at now: Duration) -> Duration {
        if slots[slot].sum != sum {
            slots[slot].sum = sum
            slots[slot].lastUse = now
        }
        return now.since(slots[slot].lastUse)
    }

    /// True if a retained handle has updated the child since it expired.
    func canComeBack(_ slot: Int, sum: UInt64) -> Bool { slots[slot].hasExpired && slots[slot].sum != sum }
}
