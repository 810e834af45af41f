internal import Synchronization

/// The tick by a registry's clock, and the hour by the time of day.
///
/// A real clock takes some 30 ns to ask, so it is asked only when the machine's coarse clock has gone on, which takes 5
/// ns to ask and goes on every few milliseconds. A clock that a host or a test gives is asked each time.
final class TickClock: Sendable {
    private let context: RegistryContext
    /// Attoseconds.
    private let tick: Int128
    private let coarse = Atomic<UInt64>(0)
    private let cachedTick = Atomic<Int>(0)
    private let cachedHour = Atomic<Int>(TickClock.unknownHour)

    /// The hour if there is no time of day.
    static let unknownHour = Int.min

    init(tickMilliseconds: Int, context: RegistryContext) {
        self.context = context
        tick = Int128(tickMilliseconds) * 1_000_000_000_000_000
    }

    /// Whole ticks since the registry was made, not negative; and whole hours since the Unix epoch. The tick goes back
    /// where the clock does.
    @inline(__always)
    func now() -> (tick: Int, hour: Int) {
        guard context.isRealTime, let present = WallClock.coarseStamp() else { return exact() }
        if coarse.load(ordering: .acquiring) == present {
            return (cachedTick.load(ordering: .relaxed), cachedHour.load(ordering: .relaxed))
        }
        let exact = exact()
        cachedTick.store(exact.tick, ordering: .relaxed)
        cachedHour.store(exact.hour, ordering: .relaxed)
        // Last, so that whoever sees it sees the other two, or later ones.
        coarse.store(present, ordering: .releasing)
        return exact
    }

    @inline(never)
    private func exact() -> (tick: Int, hour: Int) {
        let ticks = max(0, context.now().attoseconds / tick)
        let hours = (context.wallSeconds() / 3600).rounded(.down)
        // Far less than what fits, whatever a clock says, so that differences do, and the seconds of an hour.
        let limit = 1 << 50
        return (
            Int(clamping: min(Int128(limit), ticks)),
            hours.magnitude < Double(limit) ? Int(hours) : Self.unknownHour
        )
    }
}
