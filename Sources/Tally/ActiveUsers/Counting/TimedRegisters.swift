/// A HyperLogLog with timestamps: the last tick in which each register was hit with each rank. The registers of any
/// window follow from them.
///
/// Pure state: no clock, no lock. Contains the registers of one shard. A rank takes memory from its first hit. With 20
/// ranks in use, all 16,384 registers of a tracker take 1.3 MB.
struct TimedRegisters {
    /// Ticks by rank and register, stored modulo 2^32 - 1, plus one; 0 for never. An unused rank is empty.
    private var ranks: [[UInt32]] = []
    private let size: Int
    /// The tick of the last hit of any register.
    private var lastHit: Int?

    init(size: Int) {
        self.size = size
    }

    /// True if the last hit was less than `ticks` ticks ago.
    func isHit(at now: Int, within ticks: Int) -> Bool { lastHit.map { now - $0 < ticks } ?? false }

    mutating func hit(_ index: Int, rank: UInt8, at now: Int) {
        // Drops old hits once in 2^31 ticks, because stored ticks wrap around and would appear new.
        if let lastHit, now >> 31 != lastHit >> 31 {
            // After a long time without hits, ages may have wrapped around already.
            if now - lastHit > 1 << 30 { removeAll() } else { forget(before: now - 1 << 30, at: now) }
        }
        lastHit = now
        while ranks.count <= Int(rank) { ranks.append([]) }
        if ranks[Int(rank)].isEmpty { ranks[Int(rank)] = Array(repeating: 0, count: size) }
        ranks[Int(rank)][index] = Self.stored(now)
    }

    private static func stored(_ tick: Int) -> UInt32 { UInt32(truncatingIfNeeded: tick % 0xFFFF_FFFF) + 1 }

    private static func age(_ stored: UInt32, at now: Int) -> Int {
        let age = Int(Self.stored(now)) - Int(stored)
        return age < 0 ? age + 0xFFFF_FFFF : age
    }

    private mutating func forget(before tick: Int, at now: Int) {
        for rank in ranks.indices {
            for index in ranks[rank].indices where ranks[rank][index] != 0 {
                if Self.age(ranks[rank][index], at: now) > now - tick { ranks[rank][index] = 0 }
            }
        }
    }

    mutating func removeAll() { self = TimedRegisters(size: size) }

    /// Calls `body` for each register and rank that was hit less than `ticks` ticks ago, with the age of the hit.
    func forEach(at now: Int, within ticks: Int, _ body: (_ index: Int, _ rank: UInt8, _ age: Int) -> Void) {
        guard isHit(at: now, within: ticks) else { return }
        for (rank, row) in ranks.enumerated() {
            for (index, stored) in row.enumerated() where stored != 0 {
                let age = Self.age(stored, at: now)
                if age < ticks { body(index, UInt8(truncatingIfNeeded: rank), age) }
            }
        }
    }
}
