internal import Tally

extension SampleSource {
    /// The machine, or the part that a container sees: CPU, memory, swap, load, network, pressure and one file system.
    ///
    /// Reads `/proc/stat`, `/proc/meminfo`, `/proc/loadavg`, `/proc/net/dev` and `/proc/pressure`, and calls `statvfs`.
    /// CPU is a percentage of one core: a host with four half-busy cores has 200. The percentage is absent from the
    /// first reading, after a counter decreases by three seconds or more, after a CPU is added or removed, and after
    /// more than five intervals without a reading. Network totals exclude loopback, bridges and the host's ends of
    /// container interfaces.
    ///
    /// A value that cannot be read is absent, and counted as an error. If the kernel does not report pressure, that is
    /// no error. A call that hangs holds one thread, and is not repeated until it returns. Stopping never waits for it.
    ///
    /// - Parameter disk: A path on the file system to watch.
    public static func host(disk: String = "/") -> SampleSource {
        host(HostSource(disk: { DiskSpace.ofFileSystem(holding: disk) }))
    }

    static func host(_ source: HostSource) -> SampleSource {
        SampleSource("host") { tick in try await source.read(tick) }
    }
}

/// The host and its last CPU reading.
final class HostSource: Sendable {
    typealias Disk = Result<DiskSpace?, KernelFile.Failure>

    private let files: SingleCall<HostFiles>
    private let disk: SingleCall<Disk>
    private let clockTicks: Double
    private let last = Locked<(cpu: HostCPU, elapsed: Duration)?>(nil)

    /// - Parameter patience: The maximum time to wait for each of the two calls. It delays the whole reading.
    init(
        proc: String = "/proc",
        clock: any Clock<Duration> = ContinuousClock(),
        patience: Duration = .seconds(1),
        clockTicks: Double = System.clockTicks(),
        disk: @escaping @Sendable () -> Disk
    ) {
        files = SingleCall(clock: clock, patience: patience) { HostFiles.read(under: proc) }
        self.disk = SingleCall(clock: clock, patience: patience, disk)
        self.clockTicks = clockTicks
    }

    func read(_ tick: SourceTick) async throws -> SourceReading {
        async let diskOutcome = disk.outcome(at: tick.elapsed)
        var reading = SourceReading()
        var values: [SampleMetric: Double] = [:]
        if let files = try await files.outcome(at: tick.elapsed).value(of: "/proc", &reading.errors) {
            values = files.values
            reading.errors += files.errors
            if let cpu = files.cpu { take(cpu, tick, &values) }
        }
        switch try await diskOutcome.value(of: "the file system", &reading.errors) {
        case .success(let space?):
            values[.diskTotalBytes] = Double(space.total)
            values[.diskUsedBytes] = Double(space.used)
            values[.diskAvailableBytes] = Double(space.available)
        case .success(nil):
            let problem = "the file system reports an impossible size, which is omitted"
            reading.errors.append(SourceError(.malformed, problem))
        case .failure(let failure): reading.errors.append(failure.sourceError)
        case nil: break
        }
        if !values.isEmpty { reading.samples = [Sample(subject: .host, values: values)] }
        return reading
    }

    private func take(_ cpu: HostCPU, _ tick: SourceTick, _ values: inout [SampleMetric: Double]) {
        let before = last.withLock { last in
            defer { last = (cpu, tick.elapsed) }
            return last
        }
        values[.cpuSeconds] = Double(cpu.busyTicks) / clockTicks
        if cpu.cpus > 0 { values[.cpuCount] = Double(cpu.cpus) }
        guard let before, !tick.isBeyondBaseline(before.elapsed) else { return }
        values[.cpuPercent] = cpu.percent(since: before.cpu, clockTicks: clockTicks)
    }
}
