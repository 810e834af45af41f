import TallyTesting
import Testing

@testable import Tally

/// Memory is bounded by the longest window and by `maxUsers`.
struct ActiveUsersLimitTests {
    /// Not a random key, under which two users of a sketch share a register once in a few hundred runs.
    let key = HashKey(bytes: Array(0..<16))
    let clock = ManualClock()
    let registry: MetricRegistry

    init() {
        registry = MetricRegistry(clock: clock)
    }

    func users(_ windows: [Window], maxUsers: Int = 10_000_000) -> ActiveUsers {
        ActiveUsers("active_users", help: "Users.", windows: windows, key: key, maxUsers: maxUsers, in: registry)
    }

    /// Records only, because a scrape would evict users too.
    @Test func usersPastTheLongestWindowAreEvictedWithoutAScrape() {
        let users = users([.hours(1)])
        for cycle in 0..<20 {
            for user in 0..<1000 { users.record("\(cycle) \(user)") }
            #expect(users.kept.users <= 1000)
            // About 63 users per shard need 128 slots at most, or 256 in a shard that got more than its share.
            #expect(users.kept.slots <= 16 * 160)
            clock.advance(by: .seconds(3601))
        }
        users._checkInvariants()
    }

    @Test func memoryStaysFlatUnderASlowTurnoverOfUsers() {
        let users = users([.hours(1)])
        var most = 0
        for minute in 0..<600 {
            for user in 0..<50 { users.record("\(minute) \(user)") }
            if minute == 150 { most = users.kept.slots }
            if minute > 150 {
                // 50 users a minute for an hour and a quarter, and a margin for uneven shards.
                #expect(users.kept.users < 5000)
                #expect(users.kept.slots <= 2 * most)
            }
            clock.advance(by: .seconds(60))
        }
        users._checkInvariants()
    }

    @Test func tablesShrinkWhenUsersExpire() {
        let users = users([.hours(1)])
        for user in 0..<100_000 { users.record("\(user)") }
        let full = users.kept.slots
        for _ in 0..<200 {
            clock.advance(by: .seconds(60))
            for user in 0..<100 { users.record("\(user)") }
        }
        #expect(users.counts()[.hours(1)] == 100)
        #expect(users.kept.users == 100)
        #expect(users.kept.slots * 20 < full)
        users._checkInvariants()
    }

    /// Only one user returns, which touches one shard of many.
    @Test(arguments: [60, 1800])
    func usersInIdleShardsAreEvictedWithoutAScrape(everySeconds seconds: Int) {
        let users = users([.hours(1)])
        for user in 0..<10_000 { users.record("\(user)") }
        for _ in 0..<200 {
            clock.advance(by: .seconds(seconds))
            users.record("the last one")
        }
        #expect(users.kept.users == 1)
        #expect(users.kept.slots <= 16 * 16)
        users._checkInvariants()
    }

    @Test func scrapesAloneEvictExpiredUsers() {
        let users = users([.hours(1)])
        for user in 0..<10_000 { users.record("\(user)") }
        for _ in 0..<150 {
            clock.advance(by: .seconds(60))
            _ = registry.text
        }
        #expect(users.kept.users == 0)
        users._checkInvariants()
    }

    // MARK: Users past the limit

    @Test func usersPastTheLimitAreEstimatedAndFlagged() throws {
        let users = users([.hours(1), .hours(24)], maxUsers: 1000)
        func overflow() throws -> String? {
            try registry.parsed()["tally_active_users_overflow", ("metric", "active_users")]
        }
        for user in 0..<1000 { users.record("\(user)") }
        #expect(users.counts().map(\.users) == [1000, 1000])
        #expect(!users.isEstimated)
        #expect(try overflow() == "0")
        for _ in 0..<3 {
            for user in 0..<50_000 { users.record("\(user)") }
        }
        #expect(users.kept.users == 1000)
        #expect(users.isEstimated)
        #expect(try overflow() == "1")
        for count in users.counts() { #expect(abs(count.users - 50_000) < 1250, "\(count)") }
        // The short window has few users again and is exact; the long one still contains all users.
        clock.advance(by: .seconds(3600))
        for user in 0..<10 { users.record("\(user)") }
        let counts = users.counts().map(\.users)
        #expect(counts[0] == 10)
        #expect(abs(counts[1] - 50_000) < 1250)
        #expect(try overflow() == "1")
        clock.advance(by: .seconds(23 * 3600))
        #expect(users.counts()[.hours(24)] == 10)
        #expect(try overflow() == "0")
        #expect(users.sketch(over: .hours(24)).estimate == 10)
        users._checkInvariants()
    }

    @Test func expiredUsersMakeRoomForNewOnes() {
        let users = users([.hours(1)], maxUsers: 64)
        for user in 0..<64 { users.record("old \(user)") }
        clock.advance(by: .seconds(3600))
        for user in 0..<64 { users.record("new \(user)") }
        #expect(users.counts()[.hours(1)] == 64)
        #expect(!users.isEstimated)
        #expect(users.kept.users == 64)
        users._checkInvariants()
    }

    @Test func expiredUsersMakeRoomBeforeASweepReachesThem() {
        let users = users([.hours(1)], maxUsers: 64)
        for user in 0..<64 { users.record("old \(user)") }
        clock.advance(by: .seconds(59 * 60))
        #expect(users.counts()[.hours(1)] == 64)
        // All users expire in this one tick, before sweeps have reached more than a few.
        clock.advance(by: .seconds(60))
        for user in 0..<64 { users.record("new \(user)") }
        #expect(!users.isEstimated)
        #expect(users.counts()[.hours(1)] == 64)
        users.record("one more")
        #expect(users.isEstimated)
        users._checkInvariants()
    }

    @Test func usersPastTheLimitExpireLikeOthers() {
        let users = users([.minutes(5), .hours(1)], maxUsers: 1)
        for minute in 0..<300 {
            for user in 0..<20 { users.record("\(minute) \(user)") }
            let counts = users.counts().map(\.users)
            let expected = [min(minute + 1, 5) * 20, min(minute + 1, 60) * 20]
            for (count, expected) in zip(counts, expected) {
                #expect(abs(count - expected) <= max(4, expected / 20), "minute \(minute)")
            }
            clock.advance(by: .seconds(60))
        }
    }
}

struct TimedRegistersTests {
    @Test func everyWindowHasTheHighestRanksHitWithinIt() {
        var random = Xorshift(seed: 3)
        // Around the points where 32-bit ticks wrap.
        for start in [0, 0x7FFF_FFF0, 0xFFFF_FF00, 0x1_7FFF_FF00] {
            var registers = TimedRegisters(size: 16)
            var hits: [(index: Int, rank: UInt8, tick: Int)] = []
            var now = start
            for _ in 0..<400 {
                now += Int.random(in: 0...3, using: &random)
                let hit = (Int.random(in: 0..<16, using: &random), UInt8.random(in: 1...50, using: &random), now)
                registers.hit(hit.0, rank: hit.1, at: now)
                hits.append(hit)
                let ticks = Int.random(in: 1...200, using: &random)
                var found = [UInt8](repeating: 0, count: 16)
                registers.forEach(at: now, within: ticks) { index, rank, age in
                    #expect(age < ticks)
                    found[index] = max(found[index], rank)
                }
                var expected = [UInt8](repeating: 0, count: 16)
                for hit in hits where now - hit.tick < ticks {
                    expected[hit.index] = max(expected[hit.index], hit.rank)
                }
                #expect(found == expected)
            }
            #expect(registers.isHit(at: now, within: 1))
            #expect(!registers.isHit(at: now + 1, within: 1))
        }
    }

    @Test func hitsOfFourBillionTicksAgoAreNotTakenForNewOnes() {
        var registers = TimedRegisters(size: 1)
        registers.hit(0, rank: 9, at: 10)
        for tick in stride(from: 1 << 30, through: 1 << 33, by: 1 << 29) { registers.hit(0, rank: 1, at: tick + 10) }
        var ranks: [UInt8] = []
        registers.forEach(at: 1 << 33 + 10, within: 1000) { _, rank, _ in ranks.append(rank) }
        #expect(ranks == [1])
    }

    @Test func hitsBeforeALongQuietPeriodAreNotTakenForNewOnes() {
        var registers = TimedRegisters(size: 1)
        registers.hit(0, rank: 9, at: 10)
        let later = 0xFFFF_FFFF + 15
        registers.hit(0, rank: 1, at: later)
        var ranks: [UInt8] = []
        registers.forEach(at: later, within: 1000) { _, rank, _ in ranks.append(rank) }
        #expect(ranks == [1])
    }
}

struct UserTableTests {
    @Test func aUserTableAgreesWithADictionary() {
        var random = Xorshift(seed: 5)
        for longest in [3, 50, 4000] {
            var table = UserTable()
            var model: [UInt64: Int] = [:]
            var now = 0xFFFF_F000
            for step in 0..<30_000 {
                if step % 7 == 0 { now += Int.random(in: 0...2, using: &random) }
                // Few distinct prefixes, so that keys crowd neighbouring slots, and the key that marks a free slot.
                let key = (random.next() % 512) << 55 | random.next() % 8
                if let age = table.see(key, at: now) {
                    let last = model[key == 0 ? 1 : key]
                    #expect(last.map { now - $0 } == age)
                } else {
                    // Either never seen, or evicted no earlier than allowed.
                    let last = model[key == 0 ? 1 : key]
                    #expect(last.map { now - $0 >= longest } ?? true)
                    _ = table.add(key, at: now, keeping: longest)
                }
                model[key == 0 ? 1 : key] = now
                if step % 3 == 0 { _ = table.sweep(Int.random(in: 0...9, using: &random), at: now, keeping: longest) }
                if step % 100 == 0 { table._checkInvariants() }
            }
            var seen: [UInt64: Int] = [:]
            table.forEach(at: now, within: longest) { key, age in seen[key] = now - age }
            #expect(seen == model.filter { now - $0.value < longest })
            _ = table.sweep(table.capacity, at: now, keeping: longest)
            #expect(table.count == seen.count)
        }
    }
}
