/// The last use of each slot of a page, for families whose idle children expire. Used under the family's lock.
final class IdleTimes {
    var slots: [Slot] = []

    struct Slot {
        /// The checksum of the words at the last look.
        var sum: UInt64 = 0
        /// The last lookup, or when the words were seen to have changed.
        var lastUse = Duration.zero
        /// True if it is hidden because it was idle, not because it was removed.
        var hasExpired = false
    }

    func lookedUp(_ slot: Int, at now: Duration) {
        slots[slot].lastUse = now
        slots[slot].hasExpired = false
    }

    /// Takes note of use, and says how long ago the last one was.
    func idleTime(of slot: Int, sum: UInt64, at now: Duration) -> Duration {
        if slots[slot].sum != sum {
            slots[slot].sum = sum
            slots[slot].lastUse = now
        }
        return now.since(slots[slot].lastUse)
    }

    /// True if a handle that was kept has counted since its child expired.
    func canComeBack(_ slot: Int, sum: UInt64) -> Bool { slots[slot].hasExpired && slots[slot].sum != sum }
}
