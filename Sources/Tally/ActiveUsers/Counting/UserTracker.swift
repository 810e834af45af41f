internal import Synchronization

/// Counts the distinct users in each window. Any thread may record.
///
/// The HyperLogLog register of a user's key selects the shard, so each register belongs to one shard. The holder of any
/// shard's lock may move users between ticks, and the current tick is fixed meanwhile. Advancing it requires all locks.
///
/// A lock-free filter comes first: it contains users recorded in this tick and hour.
///
/// Unchecked because a pointer is not `Sendable`: the filter's atomics live as long as the tracker.
@safe
final class UserTracker: SeriesState, @unchecked Sendable {
    let settings: UserSettings
    private let clock: TickClock
    let ring: TickRing
    let shards: [Shard]
    /// The current tick. Never decreases.
    let current = Atomic<Int>(0)
    /// The number of users in the tables, including some who have left every window.
    private let users = Atomic<Int>(0)
    /// The last tick in which a user did not fit.
    let lastOverflow = Atomic<Int>(.min / 2)
    /// The last tick in which `makeRoom()` swept all tables.
    private let lastRoomMade = Atomic<Int>(-1)
    /// The number of sweeps by `advance(to:)`, which takes shards in turn.
    private let turns = Atomic<Int>(0)
    private let filter: UnsafeMutablePointer<Atomic<UInt64>>

    private static let shardCount = 16
    static let registers = 1 << DistinctSketch.precision
    static let registersPerShard = registers / shardCount
    private static let filterSize = 4096

    final class Shard: Sendable {
        let state: Locked<State>

        init(_ state: consuming sending State) { self.state = Locked(state) }
    }

    struct State {
        var table = UserTable()
        /// Users who did not fit.
        var overflow = TimedRegisters(size: registersPerShard)
        var hours: HourlyRegisters?
        /// The tick of the last sweep.
        var swept = 0
    }

    init(_ settings: UserSettings, context: RegistryContext) {
        self.settings = settings
        clock = TickClock(tickMilliseconds: settings.windows.milliseconds, context: context)
        ring = TickRing(settings.windows)
        let kept = settings.closedHours
        shards = (0..<Self.shardCount).map { _ in
            Shard(State(hours: kept > 0 ? HourlyRegisters(size: Self.registersPerShard, kept: kept) : nil))
        }
        unsafe filter = .allocate(capacity: Self.filterSize)
        for index in 0..<Self.filterSize { unsafe (filter + index).initialize(to: Atomic(0)) }
    }

    deinit {
        unsafe filter.deallocate()
    }

    var longest: Int { settings.windows.longest }

    // MARK: Recording

    /// Records a user by the hash of the identifier.
    @inline(__always)
    func record(_ key: UInt64) {
        let (now, hour) = present()
        let seen = unsafe filter + Int(truncatingIfNeeded: key) & (Self.filterSize - 1)
        let stamp = Self.stamp(key, now, hour)
        if unsafe seen.pointee.load(ordering: .relaxed) == stamp { return }
        recordSlowly(key, hour)
        unsafe seen.pointee.store(stamp, ordering: .relaxed)
    }

    /// The current tick, advanced to the clock, and the hour.
    @inline(__always)
    func present() -> (tick: Int, hour: Int) {
        let (time, hour) = clock.now()
        let now = current.load(ordering: .acquiring)
        guard time > now else { return (now, hour) }
        advance(to: time)
        return (time, hour)
    }

    /// The filter's mark of a user, a tick and an hour. Marks collide as rarely as keys.
    @inline(__always)
    private static func stamp(_ key: UInt64, _ tick: Int, _ hour: Int) -> UInt64 {
        key ^ UInt64(truncatingIfNeeded: tick &+ 1) &* 0x9E37_79B9_7F4A_7C15
            ^ UInt64(truncatingIfNeeded: hour) &* 0xC2B2_AE3D_27D4_EB4F
    }

    @inline(never)
    private func recordSlowly(_ key: UInt64, _ hour: Int) {
        let place = HyperLogLog.place(of: key, precision: DistinctSketch.precision)
        if enter(key, place, hour, ignoringLimit: false) { return }
        makeRoom()
        _ = enter(key, place, hour, ignoringLimit: true)
    }

    /// Counts a user, if necessary in the overflow. Without `ignoringLimit`, returns false instead of overflowing.
    private func enter(_ key: UInt64, _ place: HyperLogLog.Place, _ hour: Int, ignoringLimit: Bool) -> Bool {
        shards[place.index / Self.registersPerShard].state.withLock { state in
            let now = sweep(&state)
            let register = place.index % Self.registersPerShard
            if let age = state.table.see(key, at: now) {
                if age > 0 { ring.move(age, now) }
            } else if reserve() {
                release(state.table.add(key, at: now, keeping: longest))
                ring.enter(now)
            } else if ignoringLimit {
                state.overflow.hit(register, rank: place.rank, at: now)
                // Never decreases, because the tick does not.
                lastOverflow.store(now, ordering: .relaxed)
            } else {
                return false
            }
            if hour != TickClock.unknownHour { state.hours?.hit(register, rank: place.rank, in: hour) }
            return true
        }
    }

    private func reserve() -> Bool {
        if users.wrappingAdd(1, ordering: .relaxed).newValue <= settings.maxUsers { return true }
        release(1)
        return false
    }

    private func release(_ count: Int) {
        if count > 0 { users.wrappingSubtract(count, ordering: .relaxed) }
    }

    // MARK: Time

    @inline(never)
    private func advance(to time: Int) {
        var elapsed = 0
        withAllLocked {
            let now = current.load(ordering: .relaxed)
            guard time > now else { return false }
            ring.advance(from: now, to: time)
            current.store(time, ordering: .releasing)
            elapsed = time - now
            return elapsed >= longest
        }
        // Sweeps the shards in turn, so that expired users also leave a shard that receives no records, within as many
        // ticks as there are shards.
        for _ in 0..<min(elapsed, shards.count) {
            let turn = turns.wrappingAdd(1, ordering: .relaxed).oldValue
            shards[turn & (Self.shardCount - 1)].state.withLock { _ = sweep(&$0) }
        }
    }

    /// Runs `body` under all locks. Empties the tables if it returns true.
    private func withAllLocked(_ body: () -> Bool) {
        func lock(from index: Int) -> Bool {
            guard index < shards.count else { return body() }
            return shards[index].state.withLock { state in
                let isEmpty = lock(from: index + 1)
                if isEmpty {
                    release(state.table.count)
                    state.table.removeAll()
                    state.overflow.removeAll()
                }
                return isEmpty
            }
        }
        _ = lock(from: 0)
    }

    /// Removes expired users from some slots: enough to pass the table four times per longest window.
    /// Returns the current tick, which cannot advance while the shard is locked.
    func sweep(_ state: inout State) -> Int {
        let now = current.load(ordering: .relaxed)
        guard state.swept != now else { return now }
        let elapsed = min(now - state.swept, longest)
        let slots = state.table.capacity * 4 * elapsed / longest + 8
        release(state.table.sweep(slots, at: now, keeping: longest))
        state.swept = now
        return now
    }

    /// Removes all expired users, at most once a tick.
    private func makeRoom() {
        let now = current.load(ordering: .relaxed)
        guard lastRoomMade.exchange(now, ordering: .relaxed) != now else { return }
        for shard in shards {
            shard.state.withLock { state in
                let now = current.load(ordering: .relaxed)
                release(state.table.sweep(state.table.capacity, at: now, keeping: longest))
            }
        }
    }

    // MARK: Checks

    /// The number of users in memory, including those who have left every window, and of the slots of the tables.
    var kept: (users: Int, slots: Int) {
        shards.reduce(into: (0, 0)) { total, shard in
            let (users, slots) = shard.state.withLock { ($0.table.count, $0.table.capacity) }
            total.users += users
            total.slots += slots
        }
    }

    /// Call only while no thread records.
    func _checkInvariants() {
        #if DEBUG
        withAllLocked {
            ring._checkInvariants(current.load(ordering: .relaxed))
            return false
        }
        for shard in shards { shard.state.withLock { $0.table._checkInvariants() } }
        assert(users.load(ordering: .relaxed) == kept.users)
        #endif
    }
}
