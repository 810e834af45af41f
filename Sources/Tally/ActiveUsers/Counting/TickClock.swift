internal import Synchronization

/// The tick by a registry's clock, and the hour by the time of day.
///
/// Reading a real clock takes about 30 ns. It is read only after the machine's coarse clock has advanced, which takes
/// 5 ns to read and advances every few milliseconds. A clock that a host or a test injects is read each time.
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
