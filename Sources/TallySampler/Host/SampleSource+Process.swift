internal import Tally

extension SampleSource {
    /// This process: CPU, memory, descriptors, threads and start time, read like the metrics of `ProcessMetrics`.
    ///
    /// Takes about 50 µs, on a thread of its own, because `/proc` may hang if a user-space file system serves it. A
    /// call that hangs holds one thread, and is not repeated until it returns. Outside Linux, most values are absent.
    public static func process() -> SampleSource {
        process(ProcessSource(facts: ProcessFacts.current))
    }

    static func process(_ source: ProcessSource) -> SampleSource {
        SampleSource("process") { tick in try await source.read(tick) }
    }
}

/// This process and its last CPU reading.
final class ProcessSource: Sendable {
    private struct Found: Sendable {
        let facts: ProcessFacts
        /// The time of the reading, by the source's clock.
        let time: Duration
    }

    private let call: SingleCall<Found>
    private let last = Locked<CPUReading?>(nil)

    /// - Parameters:
    ///   - clock: The clock that measures the time between readings.
    ///   - patience: The maximum time that a tick waits.
    init(
        clock: any Clock<Duration> = ContinuousClock(),
        patience: Duration = .seconds(5),
        facts: @escaping @Sendable () -> ProcessFacts
    ) {
        let now = ElapsedClock(clock).now
        // Read the clock last, because `/proc` may delay the reading of the CPU time.
        call = SingleCall(clock: clock, patience: patience) { Found(facts: facts(), time: now()) }
    }

    func read(_ tick: SourceTick) async throws -> SourceReading {
        var reading = SourceReading()
        guard let found = try await call.outcome(at: tick.elapsed).value(of: "/proc/self", &reading.errors) else {
            return reading
        }
        let facts = found.facts
        var values: [SampleMetric: Double] = [:]
        if let seconds = facts.cpuSeconds {
            let now = CPUReading(seconds: seconds, elapsed: tick.elapsed, time: found.time)
            let before = last.withLock { last in
                defer { last = now }
                return last
            }
            let share = now.share(since: before, tick: tick, cpus: System.processors())
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
        reading.samples = [Sample(subject: .process, values: values)]
        return reading
    }
}
