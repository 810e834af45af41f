internal import Synchronization

/// Counts distinct users within windows, from many threads.
///
/// The HyperLogLog register of a user's key selects the shard, so that each shard owns its registers. The holder of any
/// shard's lock may move users between ticks, and the current tick is fixed meanwhile. Advancing it requires all locks.
///
/// A lock-free filter comes first: a user that it contains has been recorded in this tick and hour.
///
/// Unchecked `Sendable`, since a pointer is not: the filter's atomics are allocated as long as the tracker.
@safe
final class UserTracker: SeriesState, @unchecked Sendable {
    let settings: UserSettings
    private let clock: TickClock
    let ring: TickRing
    let shards: [Shard]
    /// The current tick. Never goes back.
    let current = Atomic<Int>(0)
    /// Users in the tables, some of which may have left every window.
    private let users = Atomic<Int>(0)
    /// The last tick in which a user did not fit; and the last in which room was made.
    let lastOverflow = Atomic<Int>(.min / 2)
    private let lastRoomMade = Atomic<Int>(-1)
    /// The number of shards that were swept in turn.
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

    /// The current tick, brought up to date, and the hour.
    @inline(__always)
    func present() -> (tick: Int, hour: Int) {
        let (time, hour) = clock.now()
        let now = current.load(ordering: .acquiring)
        guard time > now else { return (now, hour) }
        advance(to: time)
        return (time, hour)
    }

    /// The filter's mark of a user, a tick and an hour. Two marks are equal as rarely as the keys of two users.
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

    /// Returns whether the user is counted: not if there is no room, unless it has to be.
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
                // Ticks only go on, so this does, too.
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

    /// Makes a later tick the current one.
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
        // A shard that nobody comes to, since those who come belong to others, forgets its users too: each has its turn
        // within as many ticks as there are shards.
        for _ in 0..<min(elapsed, shards.count) {
            let turn = turns.wrappingAdd(1, ordering: .relaxed).oldValue
            shards[turn & (Self.shardCount - 1)].state.withLock { _ = sweep(&$0) }
        }
    }

    /// Runs `body` while no user moves. Then empties the tables, if that is what it returns.
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

    /// Forgets users who left the longest window, as many slots at a time as pass the table four times in one.
    ///
    /// - Returns: The current tick, which stands still while the shard is locked.
    func sweep(_ state: inout State) -> Int {
        let now = current.load(ordering: .relaxed)
        guard state.swept != now else { return now }
        let elapsed = min(now - state.swept, longest)
        let slots = state.table.capacity * 4 * elapsed / longest + 8
        release(state.table.sweep(slots, at: now, keeping: longest))
        state.swept = now
        return now
    }

    /// Forgets all that can be, once a tick.
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

    /// Users in memory, whether or not they have left every window; and the slots of the tables.
    var kept: (users: Int, slots: Int) {
        shards.reduce(into: (0, 0)) { total, shard in
            let (users, slots) = shard.state.withLock { ($0.table.count, $0.table.capacity) }
            total.users += users
            total.slots += slots
        }
    }

    /// To be called while no thread records.
    func _checkInvariants() {
        #if DEBUG
        withAllLocked {
            ring._checkInvariants(current.load(ordering: .relaxed))
            return false
        }
        for shard in shards { shard.state.withLock { $0.table._checkInvariants() } }
        // While nobody records.
        assert(users.load(ordering: .relaxed) == kept.users)
        #endif
    }
}
