#if Docker
internal import Tally

/// The CPU counters of a container at one time, for comparison with later ones.
struct EngineReading: Equatable, Sendable {
    let read: EngineTime
    let cpu: UInt64?
    let system: UInt64?
    /// The start of the tick, by the sampler's clock.
    let elapsed: Duration
    /// The time of the answer by this process's clock, which no one sets, unlike the engine's.
    let time: Duration

    init(_ stats: EngineStats, elapsed: Duration, time: Duration) {
        read = stats.read
        cpu = stats.cpu
        system = stats.system
        self.elapsed = elapsed
        self.time = time
    }

    /// True if the container has been restarted since an earlier reading.
    func isRestart(after last: EngineReading) -> Bool {
        guard let cpu, let before = last.cpu else { return false }
        return cpu < before
    }

    /// True if this reading was requested before the last one, or is the same reading.
    ///
    /// A reading that was requested later but has an earlier time is not late: the machine's clock was set back.
    func isLate(after last: EngineReading) -> Bool {
        elapsed < last.elapsed || read == last.read
    }

    /// The CPU use since an earlier reading.
    ///
    /// `.none` if a counter decreased, as after a restart under the same id, or if the earlier reading is too old.
    func share(since last: EngineReading, tick: SourceTick, engine: EngineIdentity, cpus: Int) -> CPUShare {
        guard !tick.isBeyondBaseline(last.elapsed), let cpu, let before = last.cpu, let used = cpu.minus(before) else {
            return .none
        }
        guard engine.countsSystemTime else {
            return CPUShare(used: Double(used) / 1e9, during: time.since(last.time).inSeconds, cpus: cpus)
        }
        guard let system, let systemBefore = last.system, let capacity = system.minus(systemBefore), capacity > 0 else {
            return .none
        }
        return CPUShare(percent: Double(used) / Double(capacity) * Double(cpus) * 100, cpus: cpus)
    }
}
#endif
