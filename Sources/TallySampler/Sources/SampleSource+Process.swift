internal import Tally

extension SampleSource {
    /// This process: CPU, memory, descriptors, threads and when it started, from the same places as the `process_*` metrics
    /// of `ProcessMetrics`.
    ///
    /// Some 50 µs of system calls. Outside of Linux most of it is absent.
    public static func process() -> SampleSource {
        let source = ProcessSource(facts: ProcessFacts.current)
        return SampleSource("process") { tick in source.read(tick) }
    }
}

/// This process, and what it had used when it was read last.
final class ProcessSource: Sendable {
    private let facts: @Sendable () -> ProcessFacts
    private let last = Locked<CPUReading?>(nil)

    init(facts: @escaping @Sendable () -> ProcessFacts) {
        self.facts = facts
    }

    func read(_ tick: SourceTick) -> SourceReading {
        let facts = facts()
        var reading = SourceReading()
        var values: [SampleMetric: Double] = [:]
        if let seconds = facts.cpuSeconds {
            let now = CPUReading(seconds: seconds, elapsed: tick.elapsed)
            let before = last.withLock { last in
                defer { last = now }
                return last
            }
            let share = now.share(since: before, tick: tick, cpus: Machine.cpus())
            values[.cpuSeconds] = seconds
            values[.cpuPercent] = share.value
            if share == .implausible { reading.errors.append(CPUShare.error(of: "this process")) }
        }
        values[.memoryUsedBytes] = facts.residentBytes
        values[.virtualMemoryBytes] = facts.virtualBytes
        values[.openDescriptors] = facts.descriptors.map { Double($0) }
        values[.maxDescriptors] = facts.descriptorLimit
        values[.threads] = facts.threads.map { Double($0) }
        values[.startTimeSeconds] = facts.startSeconds
        reading.samples = [Sample(owner: .process, values: values)]
        return reading
    }
}
