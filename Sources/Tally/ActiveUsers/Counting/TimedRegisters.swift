/// A HyperLogLog that remembers when: for each register and each rank the last tick it was hit, from which the
/// registers of any window follow.
///
/// Pure state: no clock, no lock. Holds a run of registers of the usual precision. A rank takes memory from its first
/// hit on: with all 16,384 registers some 20 ranks are used, 1.3 MB.
struct TimedRegisters {
    /// By rank; ticks modulo 2^32 plus one, 0 for never.
    private var ranks: [[UInt32]] = []
    private let size: Int
    /// The tick of the last hit of any register.
    private var lastHit: Int?

    init(size: Int) {
        self.size = size
    }

    /// True if there was a hit within so many ticks.
    func isHit(at now: Int, within ticks: Int) -> Bool { lastHit.map { now - $0 < ticks } ?? false }

    mutating func hit(_ index: Int, rank: UInt8, at now: Int) {
        // After half a turn of 2^32 ticks, old hits could be taken for new ones.
        if let lastHit, now >> 31 != lastHit >> 31 {
            // And after a whole one without any they would look young here, too.
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

    /// The registers and ranks that were hit within so many ticks, with how many ticks ago.
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
