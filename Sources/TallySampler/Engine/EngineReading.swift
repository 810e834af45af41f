#if Docker
/// An answer of a container, for comparison with a later one.
struct EngineReading: Equatable, Sendable {
    let read: EngineTime
    let cpu: UInt64?
    let system: UInt64?
    /// When it was asked for, by the sampler's clock.
    let elapsed: Duration

    init(_ stats: EngineStats, elapsed: Duration) {
        read = stats.read
        cpu = stats.cpu
        system = stats.system
        self.elapsed = elapsed
    }

    /// True if this answer is older than, or the same as, one that came before it.
    ///
    /// One that was asked for later and read earlier is no such: the machine's clock was set back. It begins anew.
    func isLate(after last: EngineReading) -> Bool {
        elapsed < last.elapsed || read == last.read
    }

    /// The share of CPU since.
    ///
    /// None if a counter fell, as after a restart under the same id, or if the reading before is too old or from a time
    /// yet to come.
    func share(since last: EngineReading, tick: SourceTick, engine: EngineIdentity, cpus: Int) -> CPUShare {
        guard !tick.isBeyondBaseline(last.elapsed), read > last.read, let cpu, let before = last.cpu,
            let used = cpu.minus(before)
        else { return .none }
        guard engine.countsSystemTime else {
            return CPUShare(used: Double(used) / 1e9, during: read.seconds(after: last.read), cpus: cpus)
        }
        guard let system, let systemBefore = last.system, let capacity = system.minus(systemBefore), capacity > 0 else {
            return .none
        }
        return CPUShare(percent: Double(used) / Double(capacity) * Double(cpus) * 100, cpus: cpus)
    }
}
#endif
