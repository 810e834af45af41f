internal import Synchronization

/// Reads the tick from a registry's clock, and the hour from the time of day.
///
/// Reading a real clock takes about 30 ns, so it is read only after the machine's coarse clock has advanced. That clock
/// takes 5 ns to read, and advances every few milliseconds. An injected clock is read each time.
final class TickClock: Sendable {
    private let context: RegistryContext
    /// The length of a tick in attoseconds.
    private let tick: Int128
    private let coarse = Atomic<UInt64>(0)
    private let cachedTick = Atomic<Int>(0)
    private let cachedHour = Atomic<Int>(TickClock.unknownHour)

    /// The hour if the time of day is unknown.
    static let unknownHour = Int.min

    init(tickMilliseconds: Int, context: RegistryContext) {
        self.context = context
        tick = Int128(tickMilliseconds) * 1_000_000_000_000_000
    }

    /// The whole ticks since the creation of the registry, never negative, and the whole hours since the Unix epoch.
    /// The tick decreases if the clock goes back.
    @inline(__always)
    func now() -> (tick: Int, hour: Int) {
        guard context.isRealTime, let present = WallClock.coarseStamp() else { return exact() }
        if coarse.load(ordering: .acquiring) == present {
            return (cachedTick.load(ordering: .relaxed), cachedHour.load(ordering: .relaxed))
        }
        let exact = exact()
        cachedTick.store(exact.tick, ordering: .relaxed)
        cachedHour.store(exact.hour, ordering: .relaxed)
        // Stored last: a thread that reads it also reads these two values, or later ones.
        coarse.store(present, ordering: .releasing)
        return exact
    }

    @inline(never)
    private func exact() -> (tick: Int, hour: Int) {
        let ticks = max(0, context.now().attoseconds / tick)
        let hours = (context.wallSeconds() / 3600).rounded(.down)
        // Clamps the answers of a clock, so that differences of ticks and the seconds of an hour do not overflow.
        let limit = 1 << 50
        return (
            Int(clamping: min(Int128(limit), ticks)),
            hours.magnitude < Double(limit) ? Int(hours) : Self.unknownHour
        )
    }
}
